import Delivery
import FlaggerAPI
import Foundation
import KubernetesClient
import Rollout

/// What performs the rollout of a canary, as it is specified now; for one tick.
final class CanaryParts: Sendable {
    let definition: CanaryDefinition
    let context: TargetContext
    let workload: any ClusterWorkload
    let router: CanaryRouter
    let store: ClusterStatusStore
    let metrics: ClusterMetrics

    /// Puts the parts of a valid canary together.
    ///
    /// - Throws: when its target can't be used.
    init(
        _ accepted: ClusterCanary.Accepted, memory: CanaryMemory,
        outbox: CanaryOutbox, voice: CanaryVoice, in environment: ControllerEnvironment,
        onOutdated: @escaping @Sendable () -> Void
    ) async throws {
        let canary = accepted.canary
        definition = accepted.definition
        context = TargetContext(
            canary: canary, cluster: environment.cluster, settings: environment.workloads, memory: memory)
        workload = makeWorkload(context)
        let selector = try await workload.selector()
        var services: GeneratedServices?
        if let selector {
            services = GeneratedServices(
                context: context, label: selector.label, value: selector.value,
                ports: try await workload.discoveredPorts())
        }
        let cluster = environment.cluster
        let settings = environment.settings.routers
        router = CanaryRouter(
            services: services,
            makeTraffic: {
                accepted.router.make(
                    RouterContext(
                        canary: canary, cluster: cluster, settings: settings,
                        status: memory { $0.status }, selectorLabel: selector?.label,
                        selectorValue: selector?.value))
            },
            onTrouble: { voice.logger.warning("\($0)", metadata: ["canary": "\(voice.canary)"]) })
        let now = environment.now
        store = ClusterStatusStore(
            canary: canary, basis: accepted.basis, cluster: environment.cluster, workload: workload,
            memory: memory,
            outbox: outbox, now: { Date(now()) },
            onAdoption: { voice.announce(.normal, "Adopted", $0) },
            onOutdated: onOutdated,
            onTrouble: { voice.announce(.warning, "CallsDropped", $0) })
        metrics = ClusterMetrics(
            provider: accepted.provider, queries: accepted.router.queries, canary: canary,
            defaultServer: environment.settings.metricsServer, resources: environment.resources,
            client: environment.client, revision: { memory { $0.target?.spec } })
    }
}
