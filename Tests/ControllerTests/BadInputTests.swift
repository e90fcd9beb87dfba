import Controller
import Foundation
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
            let older = try await controller.get(.canary, "podinfo")?.json[
                path: "metadata", "creationTimestamp"]
            try await eventually { older?.string ?? "" < Date.now.formatted(.iso8601) }
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
            let complaint = "Deployment podinfo.\(controller.namespace) not found: create it"
            try await controller.hears(complaint)
            try await controller.shows("TargetUnusable", complaint)
            // Others go on.
            var other = controller.app()
            other.name = "other"
            try await controller.initialise(other)
            _ = try await controller.client.create(app.deployment, as: .deployment)
            try await controller.reach("Initialized")
            try await controller.shows(nil)
        }
    }

    @Test("whose service leads to a port that no container has is left alone until it is mended")
    func unknownPort() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.service["targetPort"] = "htpp"
            _ = try await controller.client.create(app.deployment, as: .deployment)
            _ = try await controller.client.create(app.canary, as: .canary)
            let complaint =
                "spec.service.targetPort: no container of Deployment podinfo.\(controller.namespace) has a port named htpp: use one of http, grpc"
            try await controller.hears(complaint)
            try await controller.shows("TargetUnusable", complaint)
            #expect(try await controller.get(.service, "podinfo") == nil)
            #expect(try await controller.get(.deployment, "podinfo-primary") == nil)
            #expect(try await controller.replicas(of: "podinfo") == 1)
            try await controller.patch(.canary, "podinfo", ["spec": ["service": ["targetPort": "http"]]])
            try await controller.reach("Initialized")
            try await controller.shows(nil)
            let apex = try await controller.get(.service, "podinfo")
            #expect(apex?.json[path: "spec", "ports"]?.elements?.first?["targetPort"] == "http")
        }
    }

    @Test("since it needs configuration that is not there says which, and starts when it is there")
    func missingConfiguration() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.container = ["envFrom": [["configMapRef": ["name": "settings"]]]]
            _ = try await controller.client.create(app.deployment, as: .deployment)
            _ = try await controller.client.create(app.canary, as: .canary)
            try await controller.shows("TargetUnusable", "needs configmap/settings, which do not exist")
            try await controller.makeConfigMap("settings", ["color": "blue"])
            try await controller.reach("Initialized")
            try await controller.shows(nil)
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

    @Test("whose pods carry the label of another canary's is refused, since requests would reach both")
    func sharedLabel() async throws {
        try await RunningController.run { controller in
            func app(_ name: String) -> (ReleasedApp, KubernetesObject) {
                var app = controller.app()
                app.name = name
                var deployment = app.deployment
                let labels: JSONValue = ["app": "shop", "component": .string(name)]
                deployment.json[path: "spec", "selector", "matchLabels"] = labels
                deployment.json[path: "spec", "template", "metadata", "labels"] = labels
                return (app, deployment)
            }
            let (web, api) = (app("web"), app("api"))
            for (app, deployment) in [web, api] {
                _ = try await controller.client.create(deployment, as: .deployment)
                _ = try await controller.client.create(app.canary, as: .canary)
                if app.name == "web" { try await controller.reach("Initialized", "web") }
            }
            try await controller.shows(
                "TargetUnusable", "Deployment web-primary has the label app=shop-primary", "api")
            #expect(try await controller.get(.deployment, "api-primary") == nil)
            #expect(try await controller.replicas(of: "api") == 1)
            try await controller.shows(nil, "", "web")
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
            try await controller.shows("ForeignObject", "belongs to Canary podinfo: rename", "other")
            let apex = try await controller.get(.service, "podinfo")
            #expect(apex?.json[path: "spec", "selector"] == ["app": "podinfo-primary"])
        }
    }
}
