/// A method's full name.
public struct MethodName: Sendable, Hashable, CustomStringConvertible {
    /// Full name of the service, such as `grpc.health.v1.Health`.
    public let service: String
    /// The method, such as `Check`.
    public let method: String

    package init(service: String, method: String) {
        (self.service, self.method) = (service, method)
    }

    /// Reads `package.Service/Method` or `package.Service.Method`, with or without a dot in front.
    ///
    /// - Throws: `GRPCError.method` when it is neither.
    public init(_ text: String) throws(GRPCError) {
        let full = text.hasPrefix(".") ? text.dropFirst() : text[...]
        let separator: Character = full.contains("/") ? "/" : "."
        guard let cut = full.lastIndex(of: separator) else { throw Self.unreadable(text) }
        service = String(full[..<cut])
        method = String(full[full.index(after: cut)...])
        guard !service.isEmpty, !method.isEmpty, !service.contains("/") else { throw Self.unreadable(text) }
    }

    private static func unreadable(_ text: String) -> GRPCError {
        .method(
            "the call \"\(text)\" is no method; write it package.Service/Method or package.Service.Method")
    }

    /// The `:path` of its calls.
    public var path: String { "/\(service)/\(method)" }

    /// As in `--call`.
    public var description: String { "\(service)/\(method)" }
}
