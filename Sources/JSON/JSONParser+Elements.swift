/// Reading a long list without keeping it.
extension JSONParser {
    /// Reads a text that is an object, and hands over the elements of one of its members, when that is a list.
    ///
    /// - Returns: the object without that list.
    mutating func document(
        handingOver list: String, to receive: (JSONValue) -> Void
    ) throws(JSONSyntaxError) -> JSONValue {
        skipSpace()
        guard current == UInt8(ascii: "{") else { return try document() }
        var rest: [String: JSONValue] = [:]
        try separated(by: UInt8(ascii: "}")) { parser throws(JSONSyntaxError) in
            let name = try parser.memberName()
            if name == list, parser.current == UInt8(ascii: "[") {
                try parser.separated(by: UInt8(ascii: "]")) { parser throws(JSONSyntaxError) in
                    receive(try parser.value())
                }
            } else {
                rest[name] = try parser.value()
            }
        }
        skipSpace()
        guard index == bytes.count else { throw failure("nothing may follow the value") }
        return .object(rest)
    }
}
