import Foundation
import Hummingbird

extension LoadTesterRoutes {
    func addGateRoutes<Context: RequestContext>(to router: Router<Context>) {
        onAnyMethod("/gate/approve", of: router) { _, _ in Response(.ok, text: "OK") }
        onAnyMethod("/gate/halt", of: router) { _, _ in Response(.forbidden, text: "Forbidden") }
        for kind in GateKind.allCases {
            onAnyMethod("/\(kind.rawValue)/check", of: router) { request, _ in
                var request = request
                return try await check(kind, &request)
            }
            onAnyMethod("/\(kind.rawValue)/open", of: router) { request, context in
                var request = request
                return try await move(kind, .open, &request, by: actor(request, context))
            }
            onAnyMethod("/\(kind.rawValue)/close", of: router) { request, context in
                var request = request
                return try await move(kind, .close, &request, by: actor(request, context))
            }
        }
        router.get("/gates") { request, _ in try await list(request) }
        router.get("/gates/history") { request, _ in try await history(request) }
    }

    private func check(_ kind: GateKind, _ request: inout Request) async throws -> Response {
        let payload = try await payload(of: &request)
        let settings = GateSettings(request, payload)
        let isOpen = try await gates.check(
            settings.key(kind), phase: payload.phase, checksum: payload.checksum,
            policy: try settings.policy())
        metrics.checked(kind, passed: isOpen)
        return isOpen ? Response(.ok, text: "Approved") : Response(.forbidden, text: "Forbidden")
    }

    private func move(
        _ kind: GateKind, _ action: GateAction, _ request: inout Request, by actor: String
    ) async throws -> Response {
        let payload = try await payload(of: &request)
        let settings = GateSettings(request, payload)
        let key = try settings.namedKey(kind)
        let move = try settings.move(by: actor, now: Date())
        switch action {
        case .open: try await gates.open(key, by: move)
        case .close: try await gates.close(key, by: move)
        }
        logger.info(
            "\(kind.rawValue) \(action == .open ? "opened" : "closed")",
            metadata: [
                "canary": "\(key.name).\(key.namespace)", "gate": "\(key.gate)", "actor": "\(actor)",
                "reason": "\(move.reason)",
            ])
        return Response(.accepted, text: "")
    }

    /// Who sent a request: the name it gives itself, or else its address.
    private func actor(_ request: Request, _ context: some RequestContext) -> String {
        if let name = HTTPFields.Element.Name("X-Aviary-Actor"), let actor = request.headers[name],
            !actor.isEmpty
        {
            return String(actor.prefix(256))
        }
        let remote = (context as? any RemoteAddressRequestContext)?.remoteAddress
        return remote?.ipAddress ?? "unknown"
    }

    private func list(_ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        let statuses = try await gates.list().filter { status in
            namespaceFilter.allows(status.key.namespace)
                && (query["namespace"].map { $0 == status.key.namespace } ?? true)
                && (query["name"].map { $0 == status.key.name } ?? true)
        }
        return try Response(.ok, json: ["gates": statuses.map(GateView.init)])
    }

    private func history(_ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        let changes = try await gates.history(
            namespace: query["namespace"].map(String.init), name: query["name"].map(String.init),
            limit: 1000
        ).filter { namespaceFilter.allows($0.key.namespace) }
        return try Response(.ok, json: ["changes": changes.map(GateChangeView.init)])
    }
}
