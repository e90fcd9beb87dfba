import Foundation
import Testing

@testable import Dashboard

struct TextTests {
    @Test(
        "counts cells as a terminal does",
        arguments: [
            ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("👍", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("한", 2),
            ("…", 1),
            ("", 0),
        ])
    func width(text: String, cells: Int) {
        #expect(text.displayWidth == cells)
    }

    @Test(
        "cuts by cells, never through a wide character",
        arguments: [
            ("abcdef", 4, "abc…"), ("日本語", 4, "日…"), ("日本語", 6, "日本語"), ("abc", 0, ""), ("abc", 1, "…"),
        ])
    func fit(text: String, width: Int, expected: String) {
        #expect(text.fitted(to: width) == expected)
    }

    @Test(
        "shows control characters as pictures and white space as one space",
        arguments: [
            ("a\tb\r\n\n c ", "a b c"), ("\u{1B}[31m", "␛[31m"), ("\u{0}\u{7F}", "␀␡"),
            ("\u{9B}x\u{202E}\u{2066}\u{200B}", "\u{FFFD}x\u{FFFD}\u{FFFD}\u{FFFD}"), ("plain", "plain"),
        ])
    func safe(text: String, expected: String) {
        #expect(text.safeLine() == expected)
    }

    @Test("reads no more of a huge text than it shows")
    func hugeText() {
        #expect(String(repeating: "a", count: 5_000_000).safeLine(limit: 10) == "aaaaaaaaaa")
    }

    @Test(
        "writes durations briefly",
        arguments: [
            (Duration.microseconds(400), "0.4ms"), (.milliseconds(12), "12ms"), (.milliseconds(999), "999ms"),
            (.milliseconds(1240), "1.2s"), (.seconds(95), "95s"), (.zero, "0.0ms"),
        ])
    func duration(duration: Duration, expected: String) {
        #expect(shortText(duration) == expected)
    }

    @Test(
        "writes the time of day in the zone asked for",
        arguments: [(0, "12:34:56"), (7200, "14:34:56"), (-46_800, "23:34:56")])
    func time(offset: Int, expected: String) throws {
        let zone = try #require(TimeZone(secondsFromGMT: offset))
        #expect(timeOfDay(TerminalViewTests.noon, in: zone) == expected)
    }
}
