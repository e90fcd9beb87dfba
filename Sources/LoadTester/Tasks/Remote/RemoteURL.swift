import Foundation

/// The base URL of a remote test server; a path in it is kept whole.
struct RemoteURL: Sendable, CustomStringConvertible {
    let description: String

    /// Reads `metadata.server`.
    ///
    /// - Throws: ``LoadTesterError/taskRefused(reason:)``, which shows no password.
    init(_ text: String) throws {
        guard let parts = URLComponents(string: text),
            ["http", "https"].contains(parts.scheme?.lowercased()),
            let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil
        else {
            throw LoadTesterError.taskRefused(
                reason: "metadata.server must be a URL such as http://server:8080, without ? and #")
        }
        guard parts.user == nil, parts.password == nil else {
            throw LoadTesterError.taskRefused(
                reason: "metadata.server must not carry user and password: use the fields made for them")
        }
        var base = Substring(text)
        while base.hasSuffix("/") { base = base.dropLast() }
        description = String(base)
    }

    func appending(_ path: String) -> String { description + path }
}
