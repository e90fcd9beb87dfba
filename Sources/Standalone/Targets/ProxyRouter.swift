import Delivery
import Proxy
import Rollout
import Synchronization

/// Splits one canary's traffic with the built-in proxy.
///
/// It starts from the durable status, so that a restarted daemon routes as the one before it.
final class ProxyRouter: Delivery.Router {
    /// What the Canary resource says about requests that go to the canary.
    struct Rules: Sendable, Equatable {
        /// The A/B conditions; in force while the routes are matched.
        var match: [RequestMatch] = []
        /// Share of primary's requests that are mirrored while the routes are, in percent.
        var mirrorPercent = 100
        /// The sticky cookie; its value follows the revision.
        var affinity: Affinity?
    }

    /// The sticky cookie without its value.
    struct Affinity: Sendable, Equatable {
        var cookieName: String
        var maxAge: Duration
        var attributes: [String]
        var primaryCookieName: String?
    }

    private struct State {
        var routes: Routes
        var rules: Rules
        var revision: String
        var endpoints: [Side: [Endpoint]] = [:]
    }

    private let proxy: ReverseProxy
    private let state: Mutex<State>

    init(proxy: ReverseProxy, routes: Routes, rules: Rules, revision: String) {
        self.proxy = proxy
        state = Mutex(State(routes: routes, rules: rules, revision: revision))
    }

    func routes() async throws -> Routes? { state.withLock { $0.routes } }

    func route(_ routes: Routes) async throws { change { $0.routes = routes } }

    /// Takes changed rules from the Canary resource.
    func follow(_ rules: Rules) { change { $0.rules = rules } }

    /// Makes cookies of earlier revisions void.
    func follow(revision: String) { change { $0.revision = revision } }

    /// Sends new requests of one side to these replicas.
    func follow(_ endpoints: [Endpoint], of side: Side) { change { $0.endpoints[side] = endpoints } }

    /// The table must be in force when this returns, and tables must arrive in the order of the changes.
    private func change(_ edit: (inout State) -> Void) {
        state.withLock { state in
            edit(&state)
            proxy.update(Self.table(state))
        }
    }

    private static func table(_ state: State) -> RoutingTable {
        let affinity = state.rules.affinity.flatMap { affinity in
            try? SessionAffinity(
                cookieName: affinity.cookieName, cookieValue: state.revision, maxAge: affinity.maxAge,
                attributes: affinity.attributes, primaryCookieName: affinity.primaryCookieName)
        }
        return RoutingTable(
            primary: state.endpoints[.primary] ?? [], canary: state.endpoints[.canary] ?? [],
            canaryWeight: state.routes.canaryWeight,
            match: state.routes.isMatched ? state.rules.match : [],
            mirrorPercent: state.routes.isMirrored ? state.rules.mirrorPercent : 0,
            affinity: state.routes.canaryWeight > 0 ? affinity : nil)
    }
}
