import Foundation
import Hummingbird

extension LoadTesterRoutes {
    func addGateRoutes(to router: Router<some RequestContext>) {
        on("/gate/approve", .role(.check), of: router) { _ in Response(.ok, text: "OK") }
        on("/gate/halt", .role(.check), of: router) { _ in Response(.forbidden, text: "Forbidden") }
        for kind in GateKind.allCases {
            on("/\(kind.rawValue)/check", .role(.check), of: router) { try await check(kind, $0) }
            on("/\(kind.rawValue)/open", .role(.operate), of: router) { try await move(kind, .open, $0) }
            on("/\(kind.rawValue)/close", .role(.operate), of: router) { try await move(kind, .close, $0) }
        }
        on("/gates", .read, of: router) { try await list($0.request) }
        on("/gates/history", .read, of: router) { try await history($0.request) }
    }

    private func check(_ kind: GateKind, _ call: APICall) async throws -> Response {
        var call = call
        let payload = try await call.payload()
        let settings = GateSettings(call.request, payload)
        let isOpen = try await gates.check(
            try settings.key(kind), phase: payload.phase, checksum: payload.checksum,
            policy: try settings.policy())
        metrics.checked(kind, passed: isOpen)
        return isOpen ? Response(.ok, text: "Approved") : Response(.forbidden, text: "Forbidden")
    }

    private func move(_ kind: GateKind, _ action: GateAction, _ call: APICall) async throws -> Response {
        var call = call
        let payload = try await call.payload()
        let settings = GateSettings(call.request, payload)
        let key = try settings.namedKey(kind)
        let move = try settings.move(by: await call.actor(), now: Date())
        switch action {
        case .open: try await gates.open(key, by: move)
        case .close: try await gates.close(key, by: move)
        }
        logger.info(
            "\(kind.rawValue) \(action == .open ? "opened" : "closed")",
            metadata: [
                "canary": "\(key.name).\(key.namespace)", "gate": "\(key.gate)", "actor": "\(move.actor)",
                "reason": "\(move.reason)",
            ])
        return Response(.accepted, text: "")
    }

    private func list(_ request: Request) async throws -> Response {
        let (namespace, name) = try canary(in: request)
        let statuses = try await gates.list().filter { status in
            namespaceFilter.allows(status.key.namespace)
                && (namespace ?? status.key.namespace) == status.key.namespace
                && (name ?? status.key.name) == status.key.name
        }
        return try Response(.ok, json: ["gates": statuses.map(GateView.init)])
    }

    private func history(_ request: Request) async throws -> Response {
        let (namespace, name) = try canary(in: request)
        let changes = try await gates.history(namespace: namespace, name: name, limit: 1000) {
            namespaceFilter.allows($0)
        }
        return try Response(.ok, json: ["changes": changes.map(GateChangeView.init)])
    }

    /// The canary that a listing is restricted to by `?namespace=` and `?name=`.
    func canary(in request: Request) throws -> (namespace: String?, name: String?) {
        let query = request.uri.queryParameters
        let namespace = query["namespace"].map(String.init)
        if let namespace { try namespaceFilter.require(namespace) }
        return (namespace, query["name"].map(String.init))
    }
}
