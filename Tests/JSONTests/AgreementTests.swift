import Foundation
import JSON
import Randomness
import Testing

/// Compares the parser with Foundation's on many texts; `AVIARY_JSON_INPUTS` raises how many.
@Suite("JSON, compared with Foundation's parser")
struct AgreementTests {
    private static let inputs = Int(ProcessInfo.processInfo.environment["AVIARY_JSON_INPUTS"] ?? "") ?? 30_000
    private static let seed =
        UInt64(ProcessInfo.processInfo.environment["AVIARY_JSON_SEED"] ?? "") ?? .random(in: .min ... .max)

    @Test("reads back every value that it has written, and Foundation reads the same")
    func roundTrip() throws {
        var generator = JSONGenerator(random: SplitMix64(seed: Self.seed))
        for number in 0..<(Self.inputs / 2) {
            let value = generator.value()
            let bytes = value.serialized()
            let input = Comment(rawValue: "seed \(Self.seed), input \(number): \(value.text())")
            guard try JSONValue(parsing: bytes) == value, Self.agree(value, Self.foundation(bytes)) else {
                Issue.record(input)
                return
            }
        }
    }

    @Test("accepts and refuses what Foundation does")
    func broken() {
        var generator = JSONGenerator(random: SplitMix64(seed: Self.seed &+ 1))
        var accepted = 0
        for number in 0..<(Self.inputs / 2) {
            let written = generator.value().serialized()
            let bytes = generator.broken(written)
            let ours = Result { () throws(JSONSyntaxError) in try JSONValue(parsing: bytes) }
            let theirs = Self.foundation(bytes)
            let value = try? ours.get()
            if value != nil { accepted += 1 }
            if Self.agree(value, theirs) || Self.differsOnPurpose(bytes, ours, theirs) { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            Issue.record(
                "seed \(Self.seed), input \(number): '\(text)': \(ours), Foundation: \(theirs as Any)")
            return
        }
        // Both kinds must be among the inputs, or nothing was compared.
        #expect(accepted > Self.inputs / 200, "seed \(Self.seed)")
        #expect(accepted < Self.inputs / 2, "seed \(Self.seed)")
    }

    /// Foundation skips a byte order mark, reads UTF-16 and UTF-32 (recognised by zero bytes), and allows a comma after the
    /// last element.
    private static func differsOnPurpose(
        _ bytes: [UInt8], _ ours: Result<JSONValue, JSONSyntaxError>, _ theirs: JSONValue?
    ) -> Bool {
        guard case .failure(let error) = ours, theirs != nil else { return false }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.contains(0) { return true }
        let before = bytes[..<error.offset].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return bytes[error.offset...].first.map { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "}") } == true
            && before == UInt8(ascii: ",")
    }

    private static func foundation(_ bytes: [UInt8]) -> JSONValue? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        else {
            return nil
        }
        return convert(object)
    }

    private static func convert(_ object: Any) -> JSONValue? {
        switch object {
        case is NSNull: return .null
        case let number as NSNumber:
            let isBoolean = number.objCType.pointee == CChar(UInt8(ascii: "c"))
            return isBoolean ? .bool(number.boolValue) : .number(number.doubleValue)
        case let text as String: return .string(text)
        case let list as [Any]: return .array(list.compactMap(convert))
        case let members as [String: Any]: return .object(members.compactMapValues(convert))
        default: return nil
        }
    }

    /// Equal but for the last digits of numbers: Foundation reads those of more than 17 digits by way of `Decimal`.
    private static func agree(_ ours: JSONValue?, _ theirs: JSONValue?) -> Bool {
        switch (ours, theirs) {
        case (.integer(let left), .number(let right)): close(Double(left), right)
        case (.number(let left), .number(let right)): close(left, right)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { agree($0, $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { agree($0.value, right[$0.key]) }
        default: ours == theirs
        }
    }

    private static func close(_ left: Double, _ right: Double) -> Bool {
        left == right || abs(left - right) <= abs(left) * 1e-13 || abs(left) < 1e-300 && abs(right) < 1e-300
    }
}
