import JSON
import NIOCore
import NIOHTTP1

/// Makes an error of a `Status` object, or of an answer that should be one and is not.
enum StatusError {
    /// The error that an answer of this status and body tells.
    static func error(_ code: Int, body: JSONValue?, purpose: String) -> KubernetesError {
        let status = body?["kind"]?.string == "Status" ? body : nil
        let reason = status?["reason"]?.string ?? ""
        let text = "\(purpose): \(message(status) ?? "HTTP status \(code)")"
        let causes = status?["details"]?["causes"]?.elements ?? []
        if causes.contains(where: { $0["reason"]?.string == "ResourceVersionTooLarge" }) {
            return .expired(text)
        }
        switch (code, reason) {
        case (_, "AlreadyExists"): return .alreadyExists(text)
        case (_, "Expired"), (_, "Gone"), (410, _): return .expired(text)
        case (409, _): return .conflict(text)
        case (401, _): return .forbidden("\(text): the cluster does not accept the credentials")
        case (403, _): return .forbidden(text)
        case (404, _): return .notFound(text)
        case (408, _), (429, _), (500..., _): return .unavailable(text)
        default: return .invalid(text)
        }
    }

    /// The server's message, with the causes that it does not tell of itself.
    private static func message(_ status: JSONValue?) -> String? {
        guard var text = status?["message"]?.string, !text.isEmpty else { return nil }
        for cause in status?["details"]?["causes"]?.elements ?? [] {
            guard let message = cause["message"]?.string, !text.contains(message) else { continue }
            let field = cause["field"]?.string.map { "\($0): " } ?? ""
            text += "; \(field)\(message)"
        }
        return text.count > 4096 ? "\(text.prefix(4096))…" : text
    }
}
