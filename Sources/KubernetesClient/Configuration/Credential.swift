/// What proves to the server who is asking.
struct Credential: Sendable, Hashable {
    /// The value of the `Authorization` header.
    var authorization: String?
    /// A client certificate that takes the place of the configuration's.
    var identity: ClientIdentity?

    static let none = Credential()

    static func bearer(_ token: String) -> Credential { Credential(authorization: "Bearer \(token)") }
}

/// A client certificate with its key, PEM encoded.
public struct ClientIdentity: Sendable, Hashable {
    /// The certificate, and those that vouch for it.
    public var certificates: [UInt8]
    /// The certificate's private key.
    public var key: [UInt8]

    /// Joins a certificate and its key.
    public init(certificates: [UInt8], key: [UInt8]) {
        self.certificates = certificates
        self.key = key
    }
}

/// Supplies credentials, and renews them.
protocol CredentialSource: Sendable {
    /// The credentials to send now.
    func credential() async throws -> Credential
    /// The server has refused these; the next ones are fetched anew, unless that has happened already.
    func discard(_ credential: Credential) async
}

/// Credentials that never change.
struct StaticCredential: CredentialSource {
    let value: Credential

    func credential() -> Credential { value }
    func discard(_ credential: Credential) {}
}
