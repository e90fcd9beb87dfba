import Controller
import JSON
import KubernetesClient
import Testing

/// What can't be used is named, and the others go on.
@Suite("A canary that can't be used")
struct BadInputTests {
    @Test("that fails validation names the field, and leaves its workload alone")
    func invalid() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.analysis["metrics"] = [["name": "request-sucess-rate", "thresholdRange": ["min": 99]]]
            _ = try await controller.client.create(app.deployment, as: .deployment)
            _ = try await controller.client.create(app.canary, as: .canary)
            try await controller.hears(
                "spec.analysis.metrics[0].name: \"request-sucess-rate\" is neither built in")
            let condition = CanaryConditionReading(try await controller.status(), type: "Accepted")
            #expect(condition.status == "False")
            #expect(condition.reason == "Invalid")
            #expect(try await controller.replicas(of: "podinfo") == 1)
            #expect(try await controller.get(.deployment, "podinfo-primary") == nil)

            // Mended, it is taken, and nothing reminds of the refusal.
            try await controller.patch(.canary, "podinfo", ["spec": ["analysis": ["metrics": .null]]])
            try await controller.reach("Initialized")
            let later = CanaryConditionReading(try await controller.status(), type: "Accepted")
            #expect(later.status == nil)
        }
    }

    @Test("since another one releases its target is refused, until that one is gone")
    func sameTarget() async throws {
        try await RunningController.run { controller in
            let app = controller.app()
            try await controller.initialise(app)
            var second = controller.app()
            second.name = "second"
            second.spec = [
                "provider": "kubernetes",
                "targetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"],
            ]
            second.service = ["port": 9898, "name": "second"]
            // Times are kept to the second: the younger one must be younger by that.
            try await Task.sleep(for: .seconds(1.1))
            _ = try await controller.client.create(second.canary, as: .canary)
            try await controller.hears("is released by Canary podinfo already")
            #expect(
                CanaryConditionReading(try await controller.status("second"), type: "Accepted").reason
                    == "TargetTaken")
            #expect(try await controller.phase("second") == "")
            // The first one goes on.
            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Succeeded")
        }
    }

    @Test("without a target says which, and starts when it is there")
    func missingTarget() async throws {
        try await RunningController.run { controller in
            let app = controller.app()
            _ = try await controller.client.create(app.canary, as: .canary)
            try await controller.hears("Deployment podinfo.\(controller.namespace) not found: create it")
            _ = try await controller.client.create(app.deployment, as: .deployment)
            try await controller.reach("Initialized")
        }
    }

    @Test("whose target has none of the selector labels says which label is missing")
    func selectorLabel() async throws {
        try await RunningController.run { controller in
            let app = controller.app()
            var deployment = app.deployment
            deployment.json[path: "spec", "selector", "matchLabels"] = ["team": "a"]
            deployment.json[path: "spec", "template", "metadata", "labels"] = ["team": "a"]
            _ = try await controller.client.create(deployment, as: .deployment)
            _ = try await controller.client.create(app.canary, as: .canary)
            try await controller.hears("spec.selector.matchLabels must contain one of app, name")
            #expect(try await controller.replicas(of: "podinfo") == 1)
        }
    }

    @Test("whose service belongs to another canary is not given it")
    func foreignService() async throws {
        try await RunningController.run { controller in
            try await controller.initialise(controller.app())
            var other = controller.app()
            other.name = "other"
            other.service = ["port": 9898, "name": "podinfo"]
            _ = try await controller.client.create(other.deployment, as: .deployment)
            _ = try await controller.client.create(other.canary, as: .canary)
            try await controller.hears("belongs to Canary podinfo")
            let apex = try await controller.get(.service, "podinfo")
            #expect(apex?.json[path: "spec", "selector"] == ["app": "podinfo-primary"])
        }
    }
}
