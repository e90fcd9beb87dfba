import Foundation
import GRPC
import JSON
import Testing

/// The encoder beside Python's, whose library is Google's own.
struct MessageEncoderTests {
    private static let accepted: [String] = [
        #"{}"#, #"{"item": "tea", "amount": 3}"#, #"{"item": "", "amount": 0, "gift": false}"#,
        #"{"amount": -2147483648, "big": "-9223372036854775808", "bigUnsigned": "18446744073709551615"}"#,
        #"{"big_unsigned": 7, "small_unsigned": "4294967295", "fixed": null}"#,
        #"{"amount": 1.0, "big": 1e3, "bigZigzag": "1e2"}"#,
        #"{"zigzag": -1, "bigZigzag": -9223372036854775808, "fixed": 4294967295, "bigFixed": 1}"#,
        #"{"signedFixed": -2, "bigSignedFixed": "-3", "gift": true}"#,
        #"{"note": "aGVsbG8=", "weight": 1.5, "price": 2.25}"#, #"{"note": "-_8"}"#,
        #"{"weight": "NaN", "price": "Infinity"}"#, #"{"weight": "-Infinity", "price": "1.5e10"}"#,
        #"{"price": 3, "weight": 1e-50}"#, #"{"size": "LARGE"}"#, #"{"size": "BIG"}"#, #"{"size": -1}"#,
        #"{"size": 77}"#, #"{"address": {}}"#, #"{"address": {"street": "é漢😀", "next": {"next": {}}}}"#,
        #"{"address": {"size": "SMALL"}}"#, #"{"addresses": [{}, {"street": "b"}]}"#,
        #"{"numbers": [0, 1, 300, -1], "loose": [0, 1, 300], "words": ["", "a"]}"#,
        #"{"numbers": [], "sizes": ["SMALL", 2, 0]}"#, #"{"counts": {"b": 2, "a": 0, "": 1}}"#,
        #"{"places": {"1": {"street": "x"}, "2": {}}}"#, #"{"flags": {"true": "", "false": "no"}}"#,
        #"{"card": ""}"#, #"{"cash": 0}"#, #"{"cash": null, "card": "c"}"#, #"{"invoice": {"street": "i"}}"#,
        #"{"maybe": 0, "maybeText": ""}"#, #"{"at": "2030-01-31T18:00:00Z"}"#,
        #"{"at": "1969-12-31T23:59:59.5Z"}"#, #"{"at": "2030-01-31T18:00:00.000000001+02:00"}"#,
        #"{"within": "1.5s"}"#, #"{"within": "-0.25s"}"#, #"{"within": "0s"}"#,
        #"{"wrapped": 0, "wrappedText": ""}"#, #"{"wrapped": 5, "wrappedText": "w", "wrappedFlag": true}"#,
        #"{"wrapped": null, "wrappedBytes": "AQI="}"#, #"{"nothing": {}}"#,
        #"{"extra": {"a": 1, "b": [true, null, "x"], "c": {"d": 2.5}}}"#, #"{"anyValue": null}"#,
        #"{"anyValue": "x"}"#, #"{"anyValue": [1]}"#, #"{"list": [1, "a"]}"#,
        #"{"mask": "fooBar,a.bC"}"#, #"{"shelf": {"aisle": "A", "slots": [1, 2], "tight": [1, 2]}}"#,
        #"{"shelf": {"aisle": "", "level": 0, "side": "RIGHT"}}"#, #"{"strange": "o"}"#,
        #"{"odd_name": "o"}"#, #"{"times": {"x": "1970-01-01T00:00:01Z"}}"#,
    ]

    private static let refused: [String] = [
        #"{"amount": 2147483648}"#, #"{"amount": 1.5}"#, #"{"amount": "x"}"#, #"{"amount": true}"#,
        #"{"smallUnsigned": -1}"#, #"{"bigUnsigned": "18446744073709551616"}"#, #"{"gift": 1}"#,
        #"{"gift": "true"}"#, #"{"item": 1}"#, #"{"weight": 1e50}"#, #"{"price": "zero"}"#,
        #"{"size": "HUGE"}"#, #"{"address": "street"}"#, #"{"numbers": 1}"#,
        #"{"words": [null]}"#, #"{"counts": [1]}"#, #"{"counts": {"a": null}}"#, #"{"places": {"x": {}}}"#,
        #"{"flags": {"yes": "x"}}"#, #"{"card": "c", "cash": 1}"#, #"{"at": "tomorrow"}"#,
        #"{"within": "1 second"}"#, #"{"nosuch": 1}"#, #"{"address": {"nosuch": 1}}"#,
        #"{"shelf": {"level": 1}}"#, #""text""#, #"5"#,
        #"{"note": "a"}"#, #"{"nothing": 1}"#,
    ]

    private static func schema() throws -> Schema {
        try ProtoFiles.schema(PythonPeer.folder + "/shop.proto")
    }

    private static func encode(_ json: String, _ schema: Schema) throws -> String {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        return try MessageEncoder(schema: schema).encode(value, as: "aviary.shop.Order")
            .map { String(format: "%02x", $0) }.joined()
    }

    private static func python(_ documents: [(json: String, bytes: String)]) async throws -> [String] {
        let lines = try documents.map {
            let line = try JSONEncoder().encode(["json": $0.json, "bytes": $0.bytes])
            return String(decoding: line, as: UTF8.self) + "\n"
        }
        return try await PythonPeer.run(["encode"], input: lines.joined()).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
    }

    @Test("encodes JSON to the same bytes as Google's library")
    func agreement() async throws {
        let schema = try Self.schema()
        let ours = try Self.accepted.map { (json: $0, bytes: try Self.encode($0, schema)) }
        for (our, answer) in zip(ours, try await Self.python(ours)) {
            let encodings = answer.split(separator: " ")
            #expect(encodings.count == 2 && encodings.first == encodings.last, "\(our.json): \(answer)")
            #expect((encodings.first ?? "").count == max(our.bytes.count, 1), "\(our.json)")
        }
    }

    @Test("refuses what Google's library refuses, naming the field")
    func refusals() async throws {
        let schema = try Self.schema()
        let theirs = try await Self.python(Self.refused.map { (json: $0, bytes: "") })
        for (json, answer) in zip(Self.refused, theirs) {
            #expect(answer.hasPrefix("refused"), "\(json): \(answer)")
        }
        // An empty list for an object, and a field given twice, are lost without a word by the other.
        let stricter = ["[]", #"{"address": []}"#, #"{"odd_name": "a", "strange": "b"}"#]
        for json in Self.refused + stricter {
            #expect(throws: GRPCError.self, "\(json)") { try Self.encode(json, schema) }
        }
    }

    @Test(
        "says where in the data a mistake is, and what belongs there",
        arguments: [
            (#"{"addresses": [{}, {"street": 5}]}"#, "the data's addresses[1].street is 5"),
            (#"{"counts": {"a": "x"}}"#, "the data's counts[\"a\"] is the text \"x\""),
            (#"{"size": "HUGE"}"#, "SIZE_UNKNOWN, SMALL, LARGE, BIG, NEGATIVE"),
            (#"{"adress": {}}"#, "the data's adress is no field of aviary.shop.Order; it has item, amount"),
            (#"{"card": "c", "cash": 1}"#, "exclude each other"),
            (#"{"bigUnsigned": 18446744073709551615}"#, "write it in quotes"),
            (#"{"at": "tomorrow"}"#, "2030-01-31T18:00:00Z"),
        ])
    func words(json: String, words: String) throws {
        let schema = try Self.schema()
        let error = #expect(throws: GRPCError.self) { try Self.encode(json, schema) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("a protoset means the same as the file it was made of")
    func protoset() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: file) }
        _ = try await PythonPeer.run(["protoset", file])
        let (source, compiled) = (try Self.schema(), try Protoset.schema(file))
        for json in Self.accepted {
            #expect(try Self.encode(json, compiled) == Self.encode(json, source), "\(json)")
        }
        #expect(compiled.serviceNames == source.serviceNames)
        #expect(compiled.methods(of: "aviary.shop.Shop") == source.methods(of: "aviary.shop.Shop"))
    }

    @Test("does not follow data deeper than a hundred messages")
    func depth() throws {
        let json =
            #"{"address": "# + String(repeating: #"{"next": "#, count: 150) + "{}"
            + String(repeating: "}", count: 151)
        let schema = try Self.schema()
        let error = #expect(throws: GRPCError.self) { try Self.encode(json, schema) }
        #expect(error?.description.contains("nested deeper") == true)
    }
}
