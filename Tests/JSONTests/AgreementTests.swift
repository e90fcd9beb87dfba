import Foundation
import JSON
import Testing

/// Compares the parser with Foundation's on many texts; `AVIARY_JSON_INPUTS` raises how many.
@Suite("JSON, compared with Foundation's parser")
struct AgreementTests {
    private static let inputs = Int(ProcessInfo.processInfo.environment["AVIARY_JSON_INPUTS"] ?? "") ?? 30_000
    private static let seed =
        UInt64(ProcessInfo.processInfo.environment["AVIARY_JSON_SEED"] ?? "") ?? .random(in: .min ... .max)

    @Test("reads back every value that it has written, and Foundation reads the same")
    func roundTrip() throws {
        var generator = JSONGenerator(random: SeededGenerator(seed: Self.seed))
        for number in 0..<(Self.inputs / 2) {
            let value = generator.value()
            let bytes = value.serialized()
            let where_ = Comment(rawValue: "seed \(Self.seed), input \(number): \(value.text())")
            guard try JSONValue(parsing: bytes) == value, Self.foundation(bytes) == Self.plain(value) else {
                Issue.record(where_)
                return
            }
        }
    }

    @Test("accepts and refuses what Foundation does")
    func broken() {
        var generator = JSONGenerator(random: SeededGenerator(seed: Self.seed &+ 1))
        var accepted = 0
        for number in 0..<(Self.inputs / 2) {
            let value = generator.value()
            let bytes = generator.broken(value.serialized())
            let ours = try? JSONValue(parsing: bytes)
            let theirs = Self.foundation(bytes)
            if ours != nil { accepted += 1 }
            if ours.map(Self.plain) == theirs || Self.differsOnPurpose(bytes, ours, theirs) { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            Issue.record(
                "seed \(Self.seed), input \(number): '\(text)': \(ours as Any), Foundation: \(theirs as Any)")
            return
        }
        // Both kinds must be among the inputs, or nothing was compared.
        #expect(accepted > Self.inputs / 200, "seed \(Self.seed)")
        #expect(accepted < Self.inputs / 2, "seed \(Self.seed)")
    }

    /// Foundation skips a byte order mark, reads UTF-16 and UTF-32 (recognised by zero bytes), and takes infinite numbers.
    private static func differsOnPurpose(_ bytes: [UInt8], _ ours: JSONValue?, _ theirs: JSONValue?) -> Bool {
        guard ours == nil, theirs != nil else { return false }
        return bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.contains(0)
    }

    private static func foundation(_ bytes: [UInt8]) -> JSONValue? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        else {
            return nil
        }
        return convert(object)
    }

    /// Foundation's numbers as doubles: it does not tell 1.0 from 1 reliably.
    private static func convert(_ object: Any) -> JSONValue? {
        switch object {
        case is NSNull: return .null
        case let number as NSNumber:
            if CFGetTypeIDIsBoolean(number) { return .bool(number.boolValue) }
            return .number(number.doubleValue)
        case let text as String: return .string(text)
        case let list as [Any]: return .array(list.compactMap(convert))
        case let members as [String: Any]: return .object(members.compactMapValues(convert))
        default: return nil
        }
    }

    private static func CFGetTypeIDIsBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
            || type(of: number) == type(of: NSNumber(value: true))
                && number === NSNumber(value: number.boolValue)
    }

    private static func plain(_ value: JSONValue) -> JSONValue {
        switch value {
        case .integer(let number): .number(Double(number))
        case .array(let elements): .array(elements.map(plain))
        case .object(let members): .object(members.mapValues(plain))
        default: value
        }
    }
}
