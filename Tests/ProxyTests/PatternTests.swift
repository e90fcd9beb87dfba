import Glibc
import Testing

@testable import Proxy

@Suite("Regular expressions") struct PatternTests {
    @Test(
        "match the whole value",
        arguments: [
            ("abc", "abc", true), ("abc", "xabc", false), ("abc", "abcx", false), ("", "", true),
            ("", "a", false),
            (".*Firefox.*", "Mozilla Firefox/1", true), (".*Firefox.*", "Mozilla", false),
            ("^(.*?;)?(canary=always)(;.*)?$", "a=b;canary=always;c", true),
            ("^(.*?;)?(canary=always)(;.*)?$", "canary=always", true),
            ("^(.*?;)?(canary=always)(;.*)?$", "xcanary=always", false),
            ("a|bc|", "", true), ("a|bc|", "bc", true), ("(a|b)*c", "ababc", true), ("(?:ab)+", "abab", true),
            ("[a-c-]+", "a-c", true), ("[^a-c]+", "xyz", true), ("[^a-c]+", "xbz", false), ("[]]", "]", true),
            ("\\d{2,3}", "12", true), ("\\d{2,3}", "1234", false), ("\\d{2}", "12", true),
            ("a{2,}", "aaaa", true),
            ("a{0}", "", true), ("(?i)HeLLo", "hEllO", true), ("(?i)[a-f]+", "DEAD", true),
            ("\\.", ".", true),
            ("\\w+\\s\\S", "ab c", true), ("\\x41", "A", true), ("ü+", "üü", true), ("a.c", "a\nc", false),
            ("(a*)*", "aaa", true), ("a$b", "ab", false), ("^^a", "a", true),
        ])
    func matches(pattern: String, value: String, expected: Bool) throws {
        #expect(try RegularExpression(pattern).matches(value) == expected)
    }

    @Test(
        "are refused with the place and the reason when they are malformed or not supported",
        arguments: [
            "(", ")", "a)", "[a", "*a", "a{2", "a{,2}", "a{3,2}", "(?=a)", "\\1", "\\", "[z-a]",
            "((a{900}){900})", "\\q", "[ü]",
        ])
    func refused(pattern: String) throws {
        let error = #expect(throws: ProxyError.self) { try RegularExpression(pattern) }
        #expect(error?.description.contains("invalid regular expression \"\(pattern)\" at offset") == true)
    }

    @Test("take time in proportion to the value, even when written to explode")
    func bounded() throws {
        let expression = try RegularExpression("(a+)+(a|aa)*b?(.*a){10}!")
        let value = String(repeating: "a", count: 8000)
        let begin = Self.processorTime
        #expect(expression.matches(value) == false)
        #expect(Self.processorTime - begin < .seconds(2))
    }

    /// What this thread has computed; a busy machine does not make it longer.
    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
