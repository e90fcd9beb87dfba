import Foundation

/// What makes a text the address of a web service.
enum WebAddress {
    /// Says what is wrong with an address; nil when nothing is.
    static func problem(of text: String) -> String? {
        if text.isEmpty { return "is empty" }
        guard let parts = URLComponents(string: text, encodingInvalidCharacters: false) else {
            return "\"\(text)\" is not a URL"
        }
        guard let scheme = parts.scheme?.lowercased() else { return "\"\(text)\" has no scheme" }
        guard ["http", "https"].contains(scheme) else { return "\"\(scheme)\" is neither http nor https" }
        guard let host = parts.host, !host.isEmpty else { return "\"\(text)\" names no host" }
        if let port = parts.port, !(1...65_535).contains(port) { return "\(port) is not a port" }
        return nil
    }
}
