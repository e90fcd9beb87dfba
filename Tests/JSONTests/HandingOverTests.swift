import JSON
import Testing

@Suite("Reading a long JSON list")
struct HandingOverTests {
    private func read(_ text: String) throws -> (rest: JSONValue, elements: [JSONValue]) {
        var elements: [JSONValue] = []
        let rest = try Array(text.utf8).withUnsafeBytes { bytes in
            try JSONValue.parsing(bytes, handingOver: "items") { elements.append($0) }
        }
        return (rest, elements)
    }

    @Test("hands over its elements in order, and returns what stands around it")
    func elements() throws {
        let (rest, elements) = try read(
            #" {"kind": "List", "items": [1, {"items": [2]}, "x"] , "metadata": {"items": [3]}} "#)
        #expect(elements == [1, ["items": [2]], "x"])
        #expect(rest == ["kind": "List", "metadata": ["items": [3]]])
    }

    @Test(
        "hands over nothing when there is none",
        arguments: [#"{"items":[]}"#, #"{"items":null,"a":1}"#, #"{"items":{"a":[1]}}"#, "{}", "[1,2]", "7"])
    func none(text: String) throws {
        let (rest, elements) = try read(text)
        #expect(elements == [])
        #expect(rest["items"]?.elements == nil)
    }

    @Test(
        "refuses the same as when it is read as a whole",
        arguments: [
            "", "{", #"{"items":[1"#, #"{"items":[1,]}"#, #"{"items":[1]"#, #"{"items":[1]} x"#,
            #"{"items":[1],}"#, #"{"items" [1]}"#, #"{"items":[01]}"#, #"{"items":[{]}"#,
        ])
    func refused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
        #expect(throws: JSONSyntaxError.self) { try read(text) }
    }
}
