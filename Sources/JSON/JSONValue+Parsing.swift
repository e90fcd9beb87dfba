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
}
