extension JSONValue {
    /// The nesting that a text may have by default; deeper ones are refused.
    public static let depthLimit = 256

    /// Reads a JSON text (RFC 8259), strictly: UTF-8 only, no comments, no trailing commas, nothing after the value.
    ///
    /// Numbers without fraction and exponent that an `Int64` holds are kept exactly; all others become a `Double`, and those
    /// that exceed it are refused. Of members with the same name the last one counts.
    public init(
        parsing bytes: UnsafeRawBufferPointer, depthLimit: Int = JSONValue.depthLimit
    ) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
        self = try parser.document()
    }

    /// Reads a JSON text (RFC 8259), strictly.
    public init(parsing bytes: [UInt8], depthLimit: Int = JSONValue.depthLimit) throws(JSONSyntaxError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONSyntaxError) in try JSONValue(parsing: bytes, depthLimit: depthLimit) }
        }
        self = try result.get()
    }

    /// Reads a JSON text (RFC 8259), strictly.
    public init(parsing text: String, depthLimit: Int = JSONValue.depthLimit) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8), depthLimit: depthLimit)
    }

    /// Reads a JSON text that is an object, and hands over the elements of one of its lists one by one, in order: a long
    /// list is never held as a whole.
    ///
    /// - Parameters:
    ///   - list: the name of the member; when it is no list, or absent, nothing is handed over.
    ///   - receive: gets an element. What follows it may turn out not to be JSON: it counts when this has returned.
    /// - Returns: the object without that list; whatever the text is, when it is no object.
    public static func parsing(
        _ bytes: UnsafeRawBufferPointer, handingOver list: String, to receive: (JSONValue) -> Void
    ) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
        return try parser.document(handingOver: list, to: receive)
    }
}
