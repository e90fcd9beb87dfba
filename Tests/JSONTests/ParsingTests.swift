import JSON
import Testing

@Suite("Reading JSON")
struct ParsingTests {
    @Test("keeps whole numbers exactly as long as 64 bits hold them")
    func integers() throws {
        let read = { (text: String) in try JSONValue(parsing: text) }
        #expect(try read("9223372036854775807") == .integer(.max))
        #expect(try read("-9223372036854775808") == .integer(.min))
        #expect(try read("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try read("-9223372036854775809") == .number(-9_223_372_036_854_775_809))
        #expect(try read("18446744073709551616") == .number(18_446_744_073_709_551_616))
        #expect(try read("9007199254740993") == .integer(9_007_199_254_740_993))
        #expect(try read("-0") == .integer(0))
        #expect(try read("1.0") == .number(1))
        #expect(try read("1e3") == .number(1000))
    }

    @Test("lets the last of members with one name count")
    func duplicates() throws {
        #expect(
            try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#) == .object(["a": .integer(3), "b": .integer(2)]))
    }

    @Test("reads every escape, and pairs of surrogates")
    func escapes() throws {
        let text = #""\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\u00e9""#
        #expect(try JSONValue(parsing: text) == .string("\"\\/\u{8}\u{c}\n\r\tA😀é"))
    }

    @Test(
        "refuses what RFC 8259 does not allow",
        arguments: [
            "", " ", "nul", "tru", "True", "[1,]", "[,1]", "[1 2]", "{,}", #"{"a"}"#, #"{"a":}"#,
            #"{"a":1,}"#,
            "{a:1}", "{'a':1}", "01", "-01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity",
            "1 2",
            "[", "]", "{", "}", #"""#, #""\"#, #""\x""#, #""\u12""#, #""\ud800""#, #""\udc00""#,
            #""\ud800\u0041""#,
            "\"\n\"", "\"\t\"", "\u{feff}1", "// x\n1", "1e400", "[1]x", #"{"a":1 "b":2}"#, "\u{0}",
            "[\u{0}]",
        ])
    func refused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        "refuses invalid UTF-8, in strings with escapes as well",
        arguments: [[0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]]
            as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        for prefix in [[], Array(#"\n"#.utf8)] as [[UInt8]] {
            let text = [0x22] + prefix + bytes + [0x22]
            #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
        }
    }

    @Test("refuses a nesting beyond the limit before the stack is full")
    func depth() throws {
        let nested = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(JSONValue.depthLimit)) }
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested(1_000_000)) }
        #expect(error?.description.contains("nested more than 256 deep") == true)
    }

    @Test("tells where a text is wrong")
    func offset() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: #"{"a": [1, 2 3]}"#) }
        #expect(error?.description == "offset 12: a comma or ']' is expected")
    }
}
