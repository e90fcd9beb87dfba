/// The header fields a proxy has to understand; every other one is passed on unread.
package enum FieldName: UInt8 {
    case other
    case host, contentLength, transferEncoding, connection, upgrade, cookie
    case keepAlive, proxyConnection, te, proxyAuthenticate, proxyAuthorization, http2Settings
    case forwardedFor, forwardedProto, forwardedHost

    /// Hop-by-hop whether or not `Connection` names it. `Upgrade` and `Transfer-Encoding` are too, but
    /// are passed on in the cases where the other hop needs them.
    package var isAlwaysHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .te, .proxyAuthenticate, .proxyAuthorization,
            .http2Settings:
            true
        default: false
        }
    }

    package init(_ base: UnsafePointer<UInt8>, _ count: Int) {
        self = .other
        switch count {
        case 2: if equalsIgnoringCase(base, count, "te") { self = .te }
        case 4: if equalsIgnoringCase(base, count, "host") { self = .host }
        case 6: if equalsIgnoringCase(base, count, "cookie") { self = .cookie }
        case 7: if equalsIgnoringCase(base, count, "upgrade") { self = .upgrade }
        case 10:
            if equalsIgnoringCase(base, count, "connection") {
                self = .connection
            } else if equalsIgnoringCase(base, count, "keep-alive") {
                self = .keepAlive
            }
        case 14:
            if equalsIgnoringCase(base, count, "content-length") {
                self = .contentLength
            } else if equalsIgnoringCase(base, count, "http2-settings") {
                self = .http2Settings
            }
        case 15...19: self = Self.long(base, count)
        default: break
        }
    }

    private static func long(_ base: UnsafePointer<UInt8>, _ count: Int) -> FieldName {
        if equalsIgnoringCase(base, count, "x-forwarded-for") { return .forwardedFor }
        if equalsIgnoringCase(base, count, "transfer-encoding") { return .transferEncoding }
        if equalsIgnoringCase(base, count, "x-forwarded-host") { return .forwardedHost }
        if equalsIgnoringCase(base, count, "x-forwarded-proto") { return .forwardedProto }
        if equalsIgnoringCase(base, count, "proxy-connection") { return .proxyConnection }
        if equalsIgnoringCase(base, count, "proxy-authenticate") { return .proxyAuthenticate }
        if equalsIgnoringCase(base, count, "proxy-authorization") { return .proxyAuthorization }
        return .other
    }
}
