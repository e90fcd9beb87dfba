import Foundation

/// A bearer token in a file that somebody else keeps fresh, such as the kubelet a service account's.
actor TokenFile: CredentialSource {
    private let path: String
    private let lifetime: Duration
    private let elapsed: @Sendable () -> Duration
    private var held: (credential: Credential, until: Duration)?

    /// - Parameter lifetime: how long a token that was read is used; the kubelet replaces one long before it expires.
    init(
        _ path: String, lifetime: Duration = .seconds(60),
        elapsed: @escaping @Sendable () -> Duration
    ) {
        self.path = path
        self.lifetime = lifetime
        self.elapsed = elapsed
    }

    func credential() throws -> Credential {
        if let held, elapsed() < held.until { return held.credential }
        do {
            let credential = Credential.bearer(try Self.token(at: path))
            held = (credential, elapsed() + lifetime)
            return credential
        } catch {
            // A file that is missing for a moment while it is replaced must not stop what still works.
            if let held { return held.credential }
            throw error
        }
    }

    func discard(_ credential: Credential) {
        if held?.credential == credential { held = held.map { ($0.credential, .zero - .seconds(1)) } }
    }

    static func token(at path: String) throws(KubernetesError) -> String {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .configuration("cannot read the token file \(path): \(error.localizedDescription)")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty else { throw .configuration("the token file \(path) is empty") }
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .configuration("the token file \(path) holds characters that no token has")
        }
        return token
    }
}
