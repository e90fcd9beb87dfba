import Delivery
import FlaggerAPI
import Proxy
import Rollout

extension CanaryService {
    /// The canary as it is now.
    func snapshot() async -> CanarySnapshot {
        let status = runner.status
        let definition = runner.current
        let found = try? await workload.observe()
        var canary = resource
        canary.status = CanaryStatus(status)
        var goal = CanarySnapshot.Goal(threshold: definition.plan.threshold)
        switch definition.plan.strategy {
        case .stepped(let weights): goal.maxWeight = weights.last
        case .abTest(let iterations), .blueGreen(let iterations): goal.iterations = iterations
        }
        let audiences: [(String, Listener.Audience)] = [
            ("apex", .apex), ("primary", .side(.primary)), ("canary", .side(.canary)),
        ]
        let ports = audiences.map { ($0, proxy.port(of: $1) ?? 0) }
        return CanarySnapshot(
            canary: canary, targetChecksum: found?.target.checksum ?? "",
            appliedChecksum: status.lastApplied?.checksum ?? "", goal: goal,
            isMirrored: status.routes.isMirrored, waitingFor: Self.waitingFor(status, definition),
            traffic: [
                "primary": await traffic(.primary, await sides.primary.state),
                "canary": await traffic(.canary, await sides.canary.state),
            ],
            ports: Dictionary(uniqueKeysWithValues: ports))
    }

    private func traffic(_ side: Side, _ replicas: ReplicaSetState) async -> CanarySnapshot.Traffic {
        let seen = await proxy.statistics(side, over: .seconds(10))
        return CanarySnapshot.Traffic(
            ready: replicas.available, wanted: replicas.replicas, requests: seen.requests,
            successRate: seen.successRate,
            p99Milliseconds: seen.requests > 0 ? seen.durationP99 / .milliseconds(1) : nil)
    }

    private static func waitingFor(_ status: RolloutStatus, _ definition: CanaryDefinition) -> String? {
        switch status.wait {
        case .approval(let identifier):
            let name = definition.plan.hooks.first { $0.identifier == identifier }?.name ?? identifier
            return "approval \(name)"
        case .resume: return "resume"
        case nil: break
        }
        switch status.stall {
        case .primary: return "primary to be ready"
        case .canary: return "canary to be ready"
        case .effect(let kind): return "\(kind) to succeed"
        case nil: return nil
        }
    }
}
