extension RequestHead {
    /// Reads the fields that decide how the message is framed and passed on.
    mutating func interpret(_ base: UnsafePointer<UInt8>, _ fields: HeadFields) throws(MalformedHead) {
        for index in 0..<fields.count {
            let field = fields[index]
            if field.name == .other || field.name == .cookie { continue }
            let value = base + Int(field.valueStart)
            let count = Int(field.valueEnd - field.valueStart)
            switch field.name {
            case .host:
                guard hostField < 0 else { throw .host }
                hostField = index
            case .contentLength: try length.addContentLength(value, count)
            case .transferEncoding: try length.addTransferEncoding(value, count)
            case .connection: connection.add(base, from: Int(field.valueStart), to: Int(field.valueEnd))
            case .upgrade: upgradeField = upgradeField < 0 && !isHTTP2(value, count) ? index : Int.min
            case .forwardedFor: hasForwardedFor = true
            case .forwardedProto: hasForwardedProto = true
            case .forwardedHost: hasForwardedHost = true
            default: break
            }
        }
        try checkFraming()
        try checkHost(base, fields)
        try interpretTarget(base, fields)
        if connection.namesFields { fields.dropFieldsNamedByConnection(base) }
    }

    /// An upgrade to HTTP/2 would let requests pass that nobody has looked at.
    private func isHTTP2(_ value: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var isHTTP2 = false
        forEachListMember(value, from: 0, to: count) { start, length in
            if equalsIgnoringCase(value + start, length, "h2c")
                || equalsIgnoringCase(value + start, length, "h2")
            {
                isHTTP2 = true
            }
        }
        return isHTTP2
    }

    private func checkFraming() throws(MalformedHead) {
        guard length.isEncoded else { return }
        guard length.contentLength == nil, minorVersion == 1 else { throw .ambiguousLength }
        guard length.isOnlyChunked else { throw .transferEncoding }
    }

    private func checkHost(_ base: UnsafePointer<UInt8>, _ fields: HeadFields) throws(MalformedHead) {
        guard hostField >= 0 else {
            if minorVersion == 1 { throw .host }
            return
        }
        let field = fields[hostField]
        for index in Int(field.valueStart)..<Int(field.valueEnd) where !isHostByte(base[index]) {
            throw .host
        }
    }

    /// Whether the request asks to switch protocols in a way that is passed on.
    package var asksForUpgrade: Bool {
        connection.upgrade && upgradeField >= 0 && minorVersion == 1 && !length.isChunked
            && length.contentLength ?? 0 == 0
    }

    /// Whether the client can send another request on the connection.
    package var keepsAlive: Bool {
        minorVersion == 1 ? !connection.close : connection.keepAlive && !connection.close
    }
}
