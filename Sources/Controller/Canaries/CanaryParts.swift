import Delivery
import FlaggerAPI
import Foundation
import KubernetesClient
import Rollout

/// What performs the rollout of a canary, as it is specified now.
struct CanaryParts: Sendable {
    let definition: CanaryDefinition
    let context: TargetContext
    let workload: any ClusterWorkload
    let router: CanaryRouter
    let store: ClusterStatusStore

    /// Puts the parts of a valid canary together.
    ///
    /// - Throws: when its target can't be used.
    init(
        _ canary: Canary, _ definition: CanaryDefinition, _ type: RouterType, memory: CanaryMemory,
        voice: CanaryVoice, in environment: ControllerEnvironment
    ) async throws {
        self.definition = definition
        context = TargetContext(
            canary: canary, cluster: environment.cluster, settings: environment.workloads, memory: memory)
        workload = makeWorkload(context)
        let selector = try await workload.selector()
        let routing = RouterContext(
            canary: canary, cluster: environment.cluster, settings: environment.settings.routers,
            status: memory { $0.status }, selectorLabel: selector?.label, selectorValue: selector?.value)
        var services: GeneratedServices?
        if let selector {
            services = GeneratedServices(
                context: context, label: selector.label, value: selector.value,
                ports: try await workload.discoveredPorts())
        }
        router = CanaryRouter(services: services, traffic: type.make(routing)) { trouble in
            voice.logger.warning("\(trouble)", metadata: ["canary": "\(voice.canary)"])
        }
        let now = environment.now
        store = ClusterStatusStore(
            canary: canary, cluster: environment.cluster, workload: workload, memory: memory,
            now: { Date(now()) }
        ) { text in voice.announce(.normal, "Adopted", text) }
    }
}
