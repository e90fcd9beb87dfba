import Controller
import Foundation
import JSON
import KubernetesClient
import Testing

/// `revertOnDeletion` where the canary or its target are not as they should be.
@Suite("A canary that is to be reverted when it goes", .timeLimit(.minutes(4)))
struct DeletionTests {
    @Test("goes when its target and the autoscaler are deleted with it, as they are with their namespace")
    func withTarget() async throws {
        try await RunningController.run { controller in
            let type = ResourceType.autoscalerTypes[1]
            try await controller.create(type, "podinfo", Self.autoscaler)
            try await controller.initialise(Self.app(controller, scaledBy: type))
            try await controller.delete("deployment/podinfo", "hpa/podinfo", "canary/podinfo")
            #expect(try await controller.get(.canary, "podinfo") == nil)
        }
    }

    @Test("has its target put back when the autoscaler alone is deleted with it")
    func withAutoscaler() async throws {
        try await RunningController.run { controller in
            let type = ResourceType.autoscalerTypes[1]
            try await controller.create(type, "podinfo", Self.autoscaler)
            try await controller.initialise(Self.app(controller, scaledBy: type))
            try await controller.delete("hpa/podinfo", "canary/podinfo")
            #expect(try await controller.replicas(of: "podinfo") ?? 0 > 0)
        }
    }

    @Test("has its target put back although its specification is refused since a while")
    func refused() async throws {
        try await RunningController.run { controller in
            try await controller.initialise(Self.app(controller))
            try await controller.patch(.canary, "podinfo", Self.provider("gatewayapi:v1"))
            try await controller.shows("Invalid", "spec.service.gatewayRefs")
            try await controller.delete("canary/podinfo")
            #expect(try await controller.replicas(of: "podinfo") == 1)
        }
    }

    @Test("stays when nobody knows how to put its target back, until it is mended or let go")
    func unknown() async throws {
        try await RunningController.run { controller in
            try await controller.initialise(Self.app(controller))
            try await controller.kill()
            try await controller.patch(.canary, "podinfo", Self.provider("gatewayapi:v1"))
            try await controller.cluster.kubectl(
                "-n", controller.namespace, "delete", "canary", "podinfo", "--wait=false")
            try controller.restart()
            try await controller.hears("the target can't be put back: spec.service.gatewayRefs: is missing")
            #expect(try await controller.replicas(of: "podinfo-primary") == 1)
            try await controller.patch(.canary, "podinfo", Self.provider("kubernetes"))
            try await eventually { try await controller.get(.canary, "podinfo") == nil }
            #expect(try await controller.replicas(of: "podinfo") == 1)
        }
    }

    @Test("goes at once when it was never initialised")
    func neverInitialised() async throws {
        try await RunningController.run { controller in
            var app = Self.app(controller)
            app.pod = ["readinessGates": [["conditionType": "test/never"]]]
            _ = try await controller.client.create(app.deployment, as: .deployment)
            _ = try await controller.client.create(app.canary, as: .canary)
            try await controller.reach("Initializing")
            try await controller.delete("canary/podinfo")
            #expect(try await controller.get(.canary, "podinfo") == nil)
            #expect(try await controller.replicas(of: "podinfo") == 1)
        }
    }

    @Test("stays while its target does not serve, and says so")
    func unready() async throws {
        try await RunningController.run { controller in
            var app = Self.app(controller)
            app.spec["progressDeadlineSeconds"] = 1
            try await controller.initialise(app)
            // At rest a target that has changed is a rollout: nobody looks while the controller is away.
            try await controller.kill()
            let gates: JSONValue = ["readinessGates": [["conditionType": "test/never"]]]
            try await controller.patch(
                .deployment, "podinfo", ["spec": ["template": ["spec": gates]]])
            try await controller.cluster.kubectl(
                "-n", controller.namespace, "delete", "canary", "podinfo", "--wait=false")
            try controller.restart()
            try await controller.hears(
                "is not ready: the canary stays until it is; set spec.revertOnDeletion")
            #expect(try await controller.replicas(of: "podinfo-primary") == 1)
            try await controller.patch(.canary, "podinfo", ["spec": ["revertOnDeletion": false]])
            try await eventually { try await controller.get(.canary, "podinfo") == nil }
        }
    }

    private static let autoscaler: JSONValue = [
        "spec": [
            "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"],
            "minReplicas": 1, "maxReplicas": 4,
        ]
    ]

    private static func provider(_ name: String) -> JSONValue { ["spec": ["provider": .string(name)]] }

    private static func app(
        _ controller: RunningController, scaledBy type: ResourceType? = nil
    ) -> ReleasedApp {
        var app = controller.app()
        app.spec["revertOnDeletion"] = true
        app.spec["autoscalerRef"] = type.map {
            ["apiVersion": .string($0.apiVersion), "kind": .string($0.kind), "name": "podinfo"]
        }
        return app
    }
}

extension RunningController {
    /// Deletes objects, as `kubectl delete` does, and waits until they are gone.
    fileprivate func delete(_ objects: String...) async throws {
        for object in objects {
            try await cluster.kubectl("-n", namespace, "delete", object, "--timeout=60s")
        }
    }
}
