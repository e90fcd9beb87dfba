/// The head of a response, as offsets into its bytes; the fields are in ``HeadFields``.
package struct ResponseHead {
    package var status = 0
    package var minorVersion = 1
    package var fieldsStart = 0
    /// The bytes of the head with the empty line that ends it.
    package var count = 0
    package var length = MessageLength()
    package var connection = ConnectionOptions()

    package init() {}

    /// Reads a head.
    ///
    /// - Returns: whether it has arrived in full.
    package mutating func read(
        _ base: UnsafePointer<UInt8>, _ available: Int, into fields: HeadFields
    ) throws(MalformedHead) -> Bool {
        guard let afterLine = try readLine(base, available) else { return false }
        fieldsStart = afterLine
        guard let end = try fields.read(base, from: afterLine, to: available) else { return false }
        count = end
        for index in 0..<fields.count {
            let field = fields[index]
            if field.name == .other { continue }
            let value = base + Int(field.valueStart)
            let valueCount = Int(field.valueEnd - field.valueStart)
            switch field.name {
            case .contentLength: try length.addContentLength(value, valueCount)
            case .transferEncoding: try length.addTransferEncoding(value, valueCount)
            case .connection: connection.add(base, from: Int(field.valueStart), to: Int(field.valueEnd))
            default: break
            }
        }
        if connection.namesFields { fields.dropFieldsNamedByConnection(base) }
        return true
    }

    private mutating func readLine(_ base: UnsafePointer<UInt8>, _ end: Int) throws(MalformedHead) -> Int? {
        let expected: StaticString = "HTTP/1."
        for offset in 0..<min(7, end) where base[offset] != expected.utf8Start[offset] { throw .statusLine }
        guard end >= 13 else { return nil }
        let digit = base[7] &- 0x30
        guard digit <= 1, base[8] == 0x20 else { throw .statusLine }
        minorVersion = Int(digit)
        status = 0
        for offset in 9..<12 {
            let digit = base[offset] &- 0x30
            guard digit < 10 else { throw .statusLine }
            status = status * 10 + Int(digit)
        }
        guard status >= 100, base[12] == 0x20 || base[12] == 0x0D else { throw .statusLine }
        let lineEnd = endOfFieldText(base, from: 12, to: end)
        guard lineEnd < end else { return nil }
        guard base[lineEnd] == 0x0D else { throw .statusLine }
        guard lineEnd + 1 < end else { return nil }
        guard base[lineEnd + 1] == 0x0A else { throw .statusLine }
        return lineEnd + 2
    }

    /// Whether the replica keeps the connection open after this response.
    package var keepsAlive: Bool {
        minorVersion == 1 ? !connection.close : connection.keepAlive && !connection.close
    }

    /// How the body ends. Both lengths at once: the encoding counts, and the other field is not passed on.
    package func framing(answersHead: Bool) -> BodyFraming {
        if answersHead || status < 200 || status == 204 || status == 304 { return .none }
        if length.isEncoded { return length.isChunked ? .chunked(ChunkScanner()) : .untilClose }
        guard let contentLength = length.contentLength else { return .untilClose }
        return contentLength == 0 ? .none : .length(contentLength)
    }
}
