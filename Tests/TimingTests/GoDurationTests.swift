import Foundation
import Testing
import Timing

@Suite struct GoDurationTests {
    @Test(
        "reads what Go reads",
        arguments: [
            ("0", .zero), ("0s", .zero), ("+0", .zero), ("-0", .zero), ("1s", .seconds(1)),
            ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("1.5h", .seconds(5_400)),
            ("-1m", .seconds(-60)), ("+5s", .seconds(5)), (".5s", .milliseconds(500)),
            ("5.s", .seconds(5)), ("1h1h", .seconds(7_200)), ("10us", .microseconds(10)),
            ("10µs", .microseconds(10)), ("10μs", .microseconds(10)), ("7ns", .nanoseconds(7)),
            ("0.9ns", .zero), ("1.0000000001s", .seconds(1)), ("0.100000000000000000000h", .seconds(360)),
            ("0.3333333333333333333h", .nanoseconds(1_199_999_999_999)),
            ("9223372036854775807ns", .nanoseconds(Int64.max)),
            ("-9223372036854775808ns", .nanoseconds(Int64.min)),
            ("9223372036.854775807s", .nanoseconds(Int64.max)),
            ("2562047h47m16.854775807s", .nanoseconds(Int64.max)),
        ] as [(String, Duration)])
    func reads(text: String, expected: Duration) throws {
        #expect(try GoDuration.parse(text) == expected)
    }

    @Test(
        "refuses what Go refuses, and says why",
        arguments: [
            ("", .malformed("")), ("-", .malformed("-")), ("+", .malformed("+")), ("s", .malformed("s")),
            (".", .malformed(".")), (".s", .malformed(".s")), ("--1s", .malformed("--1s")),
            ("abc", .malformed("abc")), (" 1s", .malformed(" 1s")), ("3", .missingUnit("3")),
            ("1m3", .missingUnit("1m3")), ("00", .missingUnit("00")),
            ("1x", .unknownUnit("x", in: "1x")), ("1 s", .unknownUnit(" s", in: "1 s")),
            ("1d", .unknownUnit("d", in: "1d")), ("1s-1s", .unknownUnit("s-", in: "1s-1s")),
            ("9223372036854775808ns", .overflow("9223372036854775808ns")),
            ("-9223372036854775809ns", .overflow("-9223372036854775809ns")),
            ("99999999999999999999h", .overflow("99999999999999999999h")),
            ("2562048h", .overflow("2562048h")),
            ("9223372036854775807ns1ns", .overflow("9223372036854775807ns1ns")),
        ] as [(String, GoDurationError)])
    func refuses(text: String, reason: GoDurationError) {
        #expect(throws: reason) { try GoDuration.parse(text) }
        #expect(reason.description.contains("\"\(text)\""))
    }

    @Test(
        "spells a length as Go does",
        arguments: [
            (.zero, "0s"), (.nanoseconds(1), "1ns"), (.nanoseconds(1_100), "1.1µs"),
            (.microseconds(2_200), "2.2ms"), (.milliseconds(500), "500ms"), (.milliseconds(1_500), "1.5s"),
            (.seconds(60), "1m0s"), (.seconds(90), "1m30s"), (.seconds(3_600), "1h0m0s"),
            (.milliseconds(305_001), "5m5.001s"), (.seconds(-90), "-1m30s"),
            (.milliseconds(-500), "-500ms"), (.nanoseconds(Int64.max), "2562047h47m16.854775807s"),
            (.nanoseconds(Int64.min), "-2562047h47m16.854775808s"),
        ] as [(Duration, String)])
    func spells(duration: Duration, expected: String) {
        #expect(GoDuration.format(duration) == expected)
    }

    @Test("reads back every length it spells", arguments: 0..<64)
    func readsBack(bit: Int) throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let magnitude = Int64(bitPattern: random.next() >> UInt64(bit))
            let duration = Duration.nanoseconds(magnitude)
            #expect(try GoDuration.parse(GoDuration.format(duration)) == duration)
        }
    }

    @Test("keeps the user's spelling when it is written again")
    func keepsSpelling() throws {
        let read = try JSONDecoder().decode([GoDuration].self, from: Data(#"["90s"]"#.utf8))
        #expect(try read == [GoDuration("1m30s")])
        #expect(String(decoding: try JSONEncoder().encode(read), as: UTF8.self) == #"["90s"]"#)
    }
}
