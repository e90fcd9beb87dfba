import Foundation
import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// A server that was upgraded fills in fields that it did not know before; nobody has deployed anything.
@Suite("A target's fingerprint", .timeLimit(.minutes(10)))
struct FingerprintTests {
    @Test("stays the same when the server fills in another field while the controller runs")
    func upgradedServer() async throws {
        try await RouterFixture.run { fixture in
            let cluster = UpgradedCluster(cluster: fixture.cluster)
            let app = ReleasedApp(namespace: fixture.namespace)
            _ = try await fixture.client.create(app.deployment, as: .deployment)
            let router = try await fixture.context(["provider": "kubernetes"])
            let memory = CanaryMemory()
            let context = TargetContext(
                canary: router.canary, cluster: cluster, settings: WorkloadSettings(), memory: memory)
            let workload = PodWorkload(context: context, controller: DeploymentController())
            try await eventually { (try? await workload.observe()) != nil }
            let before = try await workload.observe().target
            try await workload.initialise(at: before)

            cluster.isUpgraded.withLock { $0 = true }
            #expect(try await workload.observe().target == before)
            // Its own changes of the number of pods are no change either.
            try await workload.scaleDown()
            #expect(try await workload.observe().target == before)
            // The Deployment controller writes to it, too.
            try await eventually { (try? await workload.promote(before)) != nil }

            let container: JSONValue = ["name": "app", "image": "podinfo:2.0.0"]
            try await fixture.change(
                .deployment, "podinfo", ["spec": ["template": ["spec": ["containers": [container]]]]])
            let after = try await workload.observe().target
            #expect(after != before)
            #expect(try await workload.observe().target == after)
        }
    }

    @Test("changes when the target is created again, although its generations are counted anew")
    func createdAgain() async throws {
        try await RunningController.run { controller in
            let app = controller.app()
            try await controller.initialise(app)
            let known = try #require(try await controller.get(.deployment, "podinfo")?.generation)
            try await controller.kill()
            let reference = ObjectReference(.deployment, namespace: controller.namespace, name: "podinfo")
            try await controller.client.delete(reference)
            try await eventually { try await controller.get(.deployment, "podinfo") == nil }
            var next = app
            next.image = "podinfo:2.0.0"
            _ = try await controller.client.create(next.deployment, as: .deployment)
            var (generation, replicas) = (1, 1)
            while generation < known {
                replicas = 3 - replicas
                generation = try #require(
                    try await controller.patch(
                        .deployment, "podinfo", ["spec": ["replicas": JSONValue(replicas)]]
                    ).generation)
            }
            #expect(generation == known)
            try controller.restart()
            try await controller.reach("Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
        }
    }

    @Test("is the one that a status knows, while the target's generation is the same, after a restart")
    func restarted() async throws {
        try await RunningController.run { controller in
            try await controller.initialise(controller.app())
            try await controller.kill()
            // As an earlier server, or an earlier version of this program, made another of the same template.
            let status = try await controller.status()
            let spec = try #require(status["lastAppliedSpec"]?.string)
            let other = String(spec.reversed())
            let known = try JSONValue(parsing: status.text().replacing(spec, with: other))
            _ = try await controller.client.patch(
                ObjectReference(.canary, namespace: controller.namespace, name: "podinfo"),
                with: .merge(["status": known]), subresource: "status")
            let annotation: JSONValue = ["aviary/revision": .string(other)]
            try await controller.patch(
                .deployment, "podinfo-primary", ["metadata": ["annotations": annotation]])
            try controller.restart()
            try await controller.ticks(3)
            #expect(try await controller.status()["lastAppliedSpec"]?.string == other)
            #expect(try await controller.phase() == "Initialized")
            #expect(try await controller.events().contains { $0.contains("New revision") } == false)
            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
        }
    }
}
