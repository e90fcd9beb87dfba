/// The cookie that keeps a client on the canary once it met it.
public struct SessionAffinity: Codable, Equatable, Sendable {
    /// The cookie's name.
    public var cookieName: String
    /// How long a client stays, in seconds; 86400 (a day) by default.
    public var maxAge = 86_400
    /// The cookie's `Domain`.
    public var domain: String?
    /// Adds `HttpOnly`.
    public var httpOnly = false
    /// Adds `Partitioned`.
    public var partitioned = false
    /// The cookie's `Path`.
    public var path: String?
    /// The cookie's `SameSite`: `Strict`, `Lax` or `None`.
    public var sameSite: String?
    /// Adds `Secure`.
    public var secure = false
    /// The name of the cookie that keeps a client on the primary.
    public var primaryCookieName: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case cookieName, maxAge, domain, httpOnly, partitioned, path, sameSite, secure, primaryCookieName
    }

    /// A cookie by name.
    public init(cookieName: String, maxAge: Int = 86_400) {
        self.cookieName = cookieName
        self.maxAge = maxAge
    }

    /// Reads the settings; `cookieName` is required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        cookieName = try fields.decode(String.self, forKey: .cookieName)
        try fields.read(.maxAge, into: &maxAge)
        try fields.read(.domain, into: &domain)
        try fields.read(.httpOnly, into: &httpOnly)
        try fields.read(.partitioned, into: &partitioned)
        try fields.read(.path, into: &path)
        try fields.read(.sameSite, into: &sameSite)
        try fields.read(.secure, into: &secure)
        try fields.read(.primaryCookieName, into: &primaryCookieName)
    }
}

extension SessionAffinity {
    /// What follows `Max-Age` in `Set-Cookie`, in the peer's order.
    public var cookieAttributes: [String] {
        let optional = [
            domain.map { "Domain=\($0)" }, httpOnly ? "HttpOnly" : nil, partitioned ? "Partitioned" : nil,
            path.map { "Path=\($0)" }, sameSite.map { "SameSite=\($0)" }, secure ? "Secure" : nil,
        ]
        return optional.compactMap { $0 }
    }
}
