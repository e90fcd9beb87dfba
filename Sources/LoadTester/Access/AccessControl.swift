import Crypto
import Foundation
import Hummingbird

/// Decides who may call which path.
public struct AccessControl: Sendable {
    /// Who calls, as far as a token tells.
    struct Caller: Sendable, Equatable {
        /// The name of the token; nil when no tokens are in use.
        let name: String?
        static let anybody = Caller(name: nil)
    }

    private let tokens: TokenFile?

    /// A further token with all roles, for calls of the daemon to itself; nil when there is none.
    public let ownToken: String?

    /// Lets everybody do everything.
    public static let none = AccessControl()

    private init() { (tokens, ownToken) = (nil, nil) }

    /// Asks for a token of a file.
    ///
    /// - Parameter callsItself: makes ``ownToken``.
    public init(tokens: TokenFile, callsItself: Bool = false) {
        self.tokens = tokens
        ownToken = callsItself ? Self.makeToken() : nil
    }

    /// Whether callers need a token at all.
    public var isOn: Bool { tokens != nil }

    /// A token that nobody can guess.
    private static func makeToken() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
    }

    /// Who calls a path that asks for `access`.
    ///
    /// - Throws: ``LoadTesterError/tokenMissing``, ``LoadTesterError/tokenUnknown`` or
    ///   ``LoadTesterError/roleMissing(name:role:)``.
    func admit(_ token: String?, to access: Access) throws -> Caller {
        guard let tokens, access != .open else { return .anybody }
        guard let token else { throw LoadTesterError.tokenMissing }
        if let ownToken, isSame(token, ownToken) { return Caller(name: "aviary") }
        guard let entry = tokens.entry(for: token) else { throw LoadTesterError.tokenUnknown }
        if case .role(let role) = access, !entry.roles.contains(role) {
            throw LoadTesterError.roleMissing(name: entry.name, role: role)
        }
        return Caller(name: entry.name)
    }

    private func isSame(_ left: String, _ right: String) -> Bool {
        // Digests have one length whatever the texts are, and are compared in constant time.
        SHA256.hash(data: Data(left.utf8)) == SHA256.hash(data: Data(right.utf8))
    }
}

extension Request {
    /// Refuses requests of web pages to do something: a page of any site can have its reader's browser send them to
    /// this machine, and browsers say in `Origin` that they do.
    func refuseWebPages(from access: Access) throws {
        guard case .role(let role) = access, role != .check, headers[.origin] != nil else { return }
        throw LoadTesterError.webPageRefused
    }

    /// The token in `Authorization: Bearer TOKEN`, or the password of `Authorization: Basic`, which is how
    /// clients send what stands before the @ of a URL.
    var token: String? {
        guard let header = headers[.authorization] else { return nil }
        let words = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return "" }
        let credential = words[1].trimmingCharacters(in: .whitespaces)
        switch words[0].lowercased() {
        case "bearer": return credential
        case "basic":
            guard let data = Data(base64Encoded: credential) else { return "" }
            let pair = String(decoding: data, as: UTF8.self)
            return pair.firstIndex(of: ":").map { String(pair[pair.index(after: $0)...]) } ?? ""
        default: return ""
        }
    }
}
