import Delivery
import FlaggerAPI
import KubernetesClient
import Rollout

/// A canary that another provider routes from now on, or under another name.
extension ClusterCanary {
    /// What routes a canary's requests.
    private struct Routing: Equatable {
        var provider: String
        var apex: String
        var ingress: String?
        var route: String?

        init(_ accepted: Accepted) {
            provider = accepted.provider
            apex = accepted.canary.apexName
            ingress = accepted.canary.spec.ingressRef?.name
            route = accepted.canary.spec.routeRef?.name
        }
    }

    /// In the middle of a rollout, what has routed so far would go on sending requests to the canary, also when that is
    /// stopped: it leads to primary before anything else is routed.
    ///
    /// - Returns: the canary as it was before, when primary may not serve: so it goes on until all traffic is back.
    func formerRouting(than accepted: Accepted) async throws -> Accepted? {
        guard let former = valid, Routing(former) != Routing(accepted) else { return nil }
        let status = memory { $0.status }
        guard status.routes.reachesCanary, let phase = status.phase else { return nil }
        guard [.waiting, .progressing, .waitingPromotion].contains(phase), !status.isStandIn else {
            return former.resting(on: accepted.basis)
        }
        try await leaveRoute(of: former)
        return nil
    }

    private func leaveRoute(of former: Accepted) async throws {
        let voice = voice(uid: former.canary.metadata.uid)
        do {
            let parts = try await CanaryParts(
                former, memory: memory, outbox: outbox, voice: voice, in: environment, onOutdated: {})
            try await parts.router.traffic.route(.primary)
            voice.announce(
                .normal, "Rerouted",
                "Routing all traffic of \(former.canary.apexName) by \(former.provider) to primary, since another route takes its place"
            )
        } catch let error as ControllerError {
            voice.announce(
                .warning, ControllerError.reason(of: error),
                "What has routed \(key) before can't be led back to primary: \(error)")
        }
    }
}

extension RolloutStatus {
    /// Whether the canary serves since primary does not.
    fileprivate var isStandIn: Bool { routes.reachesCanary && !isAnalysing }
}
