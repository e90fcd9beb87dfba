import HTTP1

/// Sticky sessions while a rollout runs: who was sent to a side once stays there.
public struct SessionAffinity: Equatable, Sendable {
    /// The name of the cookie that keeps a client on the canary.
    public let cookieName: String
    /// The cookie's value; it has to differ for each revision, so that cookies of old ones are ignored.
    public let cookieValue: String
    /// How long a client keeps the cookie; a day unless told otherwise.
    public let maxAge: Duration
    /// What follows `Max-Age`, such as `Path=/` or `Secure`, in this order.
    public let attributes: [String]
    /// The name of the cookie that keeps a client on the primary; nil leaves those clients to the weight.
    public let primaryCookieName: String?

    /// Makes the description of a sticky cookie.
    ///
    /// - Throws: ``ProxyError/invalidCookie(field:value:)`` when a part cannot be sent in a cookie.
    public init(
        cookieName: String, cookieValue: String, maxAge: Duration = .seconds(86_400),
        attributes: [String] = [], primaryCookieName: String? = nil
    ) throws {
        let names = [("cookieName", cookieName), ("primaryCookieName", primaryCookieName ?? "unused")]
        for (field, name) in names where name.isEmpty || !name.utf8.allSatisfy(isTokenByte) {
            throw ProxyError.invalidCookie(field: field, value: name)
        }
        guard cookieValue.utf8.allSatisfy(Self.isCookieByte) else {
            throw ProxyError.invalidCookie(field: "cookieValue", value: cookieValue)
        }
        for attribute in attributes
        where !attribute.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ";") }) {
            throw ProxyError.invalidCookie(field: "attributes", value: attribute)
        }
        self.cookieName = cookieName
        self.cookieValue = cookieValue
        self.maxAge = maxAge
        self.attributes = attributes
        self.primaryCookieName = primaryCookieName
    }

    func setCookieLine(name: String) -> [UInt8] {
        let parts = ["\(name)=\(cookieValue)", "Max-Age=\(maxAge.components.seconds)"] + attributes
        return Array("Set-Cookie: \(parts.joined(separator: "; "))\r\n".utf8)
    }

    private static func isCookieByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x2C, 0x3B, 0x5C: false  // " , ; \
        default: byte > 0x20 && byte < 0x7F
        }
    }
}
