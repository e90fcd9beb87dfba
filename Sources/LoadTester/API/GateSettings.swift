import Foundation
import Hummingbird
import Timing

/// What a request says about a gate: in the URL's query, or else in the payload's metadata.
struct GateSettings {
    private let payload: HookPayload
    private let query: [String: String]

    init(_ request: Request, _ payload: HookPayload) {
        self.payload = payload
        query = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { $1 })
    }

    private subscript(_ field: String) -> String? {
        (query[field] ?? payload.metadata[field]).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func short(_ field: String, limit: Int) throws -> String {
        let value = self[field] ?? ""
        guard value.utf8.count <= limit else {
            throw LoadTesterError.payloadUnreadable(
                reason: "\(field) is longer than \(limit) bytes: shorten it")
        }
        return value
    }

    func key(_ kind: GateKind) throws -> GateKey {
        let gate = try short("gate", limit: 253)
        try HookPayload.requirePlain("gate", gate)
        return GateKey(kind, namespace: payload.namespace, name: payload.name, gate: gate)
    }

    /// The key of a gate that is to be moved: it must name a canary, or no check would ever find it.
    func namedKey(_ kind: GateKind) throws -> GateKey {
        for (field, value) in [("name", payload.name), ("namespace", payload.namespace)] where value.isEmpty {
            throw LoadTesterError.payloadUnreadable(
                reason: "\(field) is missing: give the \(field) of the canary")
        }
        return try key(kind)
    }

    func policy() throws -> GatePolicy {
        var policy = GatePolicy()
        if let text = self["approvals"] {
            guard let approvals = Int(text), (1...100).contains(approvals) else {
                throw invalid("approvals", text, "a number from 1 to 100")
            }
            policy.approvals = approvals
        }
        if let text = self["scope"] {
            guard let scope = GatePolicy.Scope(rawValue: text) else {
                throw invalid("scope", text, "\"revision\" or \"gate\"")
            }
            policy.scope = scope
        }
        return policy
    }

    func move(by actor: String, now: Date) throws -> GateMove {
        let (after, until) = (try time("after", now), try time("until", now))
        if let until, until <= max(now, after ?? now) {
            throw invalid(
                "until", self["until"] ?? "", after == nil ? "a time to come" : "later than the time in after"
            )
        }
        return GateMove(
            actor: actor,
            reason: Redaction.redacted(
                payload.reason.isEmpty ? try short("reason", limit: 4096) : payload.reason),
            checksum: payload.checksum, after: after, until: until)
    }

    private func time(_ field: String, _ now: Date) throws -> Date? {
        guard let text = self[field] else { return nil }
        if let duration = try? GoDuration.parse(text) {
            guard duration >= .zero else { throw invalid(field, text, "a time from now on") }
            return now + duration / .seconds(1)
        }
        if let date = try? Date(text, strategy: .iso8601) { return date }
        throw invalid(field, text, "a duration such as 2h, or a time such as 2030-01-31T18:00:00Z")
    }

    private func invalid(_ field: String, _ value: String, _ expected: String) -> LoadTesterError {
        .payloadUnreadable(reason: "\(field) \"\(value)\" is not \(expected)")
    }
}
