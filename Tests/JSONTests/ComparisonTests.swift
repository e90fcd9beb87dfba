import JSON
import Testing

@Suite("Comparing JSON")
struct ComparisonTests {
    private static let oneCodePoint = "caf\u{E9}"
    private static let twoCodePoints = "cafe\u{301}"

    @Test("tells texts apart that only look the same, as whoever reads their bytes does")
    func composition() {
        let (own, other) = (JSONValue.string(Self.oneCodePoint), JSONValue.string(Self.twoCodePoints))
        #expect(Self.oneCodePoint == Self.twoCodePoints)
        #expect(own != other)
        #expect(own == .string(Self.oneCodePoint))
        #expect(!own.contains(other))
        let before: JSONValue = ["data": ["name": own], "list": [own]]
        let after: JSONValue = ["data": ["name": other], "list": [other]]
        #expect(before != after)
        #expect(before.mergePatch(to: after) == after)
        #expect(before.mergePatch(to: before) == [:])
    }

    @Test("compares values of every kind")
    func kinds() throws {
        let values = try ["null", "true", "false", "1", "1.5", "\"1\"", "[]", "[1]", "{}", #"{"a":1}"#].map {
            try JSONValue(parsing: $0)
        }
        for (place, value) in values.enumerated() {
            for (other, against) in values.enumerated() { #expect((value == against) == (place == other)) }
        }
        #expect(Set(values + values).count == values.count)
    }
}
