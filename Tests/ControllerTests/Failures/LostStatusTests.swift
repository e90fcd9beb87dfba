import JSON
import KubernetesClient
import Testing

@testable import Controller

/// Somebody deletes a status, edits it, or replaces the canary: nothing is released that was not analysed, and nobody's
/// traffic is lost.
@Suite("A canary whose status is lost", .timeLimit(.minutes(10)))
struct LostStatusTests {
    @Test("is as it was before, when the controller was there to see it", arguments: Loss.allCases)
    func seen(_ loss: Loss) async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403, body: "Forbidden"))
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(["confirm-rollout", "pre-rollout", "confirm-promotion"], of: hooks)
                try await controller.initialise(app)
                try await controller.lose(loss)
                try await controller.hears("was lost, restored as it was")
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("WaitingPromotion")
                try await controller.lose(loss)
                try await controller.reach("WaitingPromotion")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:1.0.0")
                hooks.answer("confirm-promotion", .status(200, body: "OK"))
                try await controller.reach("Succeeded")
                #expect(hooks.calls(of: "confirm-rollout").count == 1)
                #expect(hooks.calls(of: "pre-rollout").count == 1)
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
            }
        }
    }

    @Test("does not lose it when its manifest is replaced in the middle of a rollout")
    func replaced() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403, body: "Forbidden"))
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(["confirm-rollout", "pre-rollout", "confirm-promotion"], of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("WaitingPromotion")
                app.annotations = ["note": "replaced"]
                app.spec["progressDeadlineSeconds"] = 90
                let path = "\(controller.folder)/canary.json"
                try app.canary.json.text().write(toFile: path, atomically: true, encoding: .utf8)
                try await controller.cluster.kubectl("replace", "--filename", path)
                let asked = hooks.calls(of: "confirm-promotion").count
                try await eventually { hooks.calls(of: "confirm-promotion").count > asked + 2 }
                #expect(try await controller.phase() == "WaitingPromotion")
                hooks.answer("confirm-promotion", .status(200, body: "OK"))
                try await controller.reach("Succeeded")
                #expect(hooks.calls(of: "confirm-rollout").count == 1)
                #expect(hooks.calls(of: "pre-rollout").count == 1)
            }
        }
    }

    @Test("is at rest again when primary runs what the target is", arguments: Loss.allCases)
    func atRest(_ loss: Loss) async throws {
        try await RunningController.run { controller in
            try await controller.initialise(controller.app())
            let primary = try await controller.get(.deployment, "podinfo-primary")
            try await controller.kill()
            try await controller.lose(loss)
            try controller.restart()
            try await controller.hears("was lost")
            try await controller.reach("Initialized")
            try await controller.ticks(3)
            #expect(try await controller.phase() == "Initialized")
            let later = try await controller.get(.deployment, "podinfo-primary")
            #expect(later?.generation == primary?.generation)
            #expect(later?.uid == primary?.uid)
            #expect(try await controller.events().contains { $0.contains("New revision") } == false)
        }
    }

    @Test("does not release what was deployed meanwhile, but analyses it", arguments: Loss.allCases)
    func deployedMeanwhile(_ loss: Loss) async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-rollout", .status(403, body: "Forbidden"))
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(["confirm-rollout"], of: hooks)
                try await controller.initialise(app)
                try await controller.kill()
                try await controller.lose(loss)
                try await controller.deploy("podinfo:2.0.0")
                try controller.restart()
                try await controller.reach("Waiting")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:1.0.0")
                #expect(try await controller.replicas(of: "podinfo-primary") == 1)
                let apex = try await controller.get(.service, "podinfo")
                #expect(apex?.json[path: "spec", "selector"] == ["app": "podinfo-primary"])
                hooks.answer("confirm-rollout", .status(200, body: "OK"))
                try await controller.reach("Succeeded")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
            }
        }
    }

    @Test(
        "tells by its template what a primary runs that another controller has made",
        arguments: ["podinfo:1.0.0", "podinfo:2.0.0"])
    func unmarked(deployed: String) async throws {
        try await RunningController.run { controller in
            try await controller.initialise(controller.app())
            try await controller.kill()
            let nothing: JSONValue = ["annotations": ["aviary/revision": .null]]
            try await controller.patch(
                .deployment, "podinfo-primary",
                ["metadata": nothing, "spec": ["template": ["metadata": nothing]]])
            try await controller.lose(.status)
            if deployed != "podinfo:1.0.0" { try await controller.deploy(deployed) }
            try controller.restart()
            try await controller.reach(deployed == "podinfo:1.0.0" ? "Initialized" : "Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == deployed)
            let isNew = try await controller.events().contains { $0.contains("Advance podinfo") }
            #expect(isNew == (deployed != "podinfo:1.0.0"))
        }
    }

    @Test("touches nothing while primary is not ready, and says so")
    func unready() async throws {
        try await RunningController.run { controller in
            try await controller.initialise(controller.app())
            try await controller.kill()
            try await controller.deploy("podinfo:2.0.0")
            // A primary that was about to serve, as after a node was lost.
            let gates: JSONValue = [["conditionType": "example.com/never"]]
            let template: JSONValue = ["spec": ["readinessGates": gates]]
            try await controller.patch(
                .deployment, "podinfo-primary",
                ["spec": ["template": template, "strategy": ["type": "Recreate", "rollingUpdate": .null]]])
            try await eventually {
                let primary = try await controller.get(.deployment, "podinfo-primary")
                return primary?.json[path: "status", "availableReplicas"] == nil
            }
            try await controller.lose(.status)
            try controller.restart()
            try await controller.hears("was lost, and its primary is not ready: waiting for it")
            let accepted = CanaryConditionReading(try await controller.status(), type: "Accepted")
            #expect(accepted.reason == "TargetUnusable")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:1.0.0")
            #expect(try await controller.phase() == "")
            let healed: JSONValue = ["spec": ["readinessGates": .null]]
            try await controller.patch(.deployment, "podinfo-primary", ["spec": ["template": healed]])
            try await controller.reach("Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
            #expect(
                CanaryConditionReading(try await controller.status(), type: "Accepted").reason == nil)
        }
    }

    @Test("keeps its primary when the canary is deleted without it and created again")
    func createdAgain() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-rollout", .status(403, body: "Forbidden"))
            try await RunningController.run { controller in
                try await controller.makeConfigMap("settings", ["color": "blue"])
                var app = controller.app()
                app.container = ["envFrom": [["configMapRef": ["name": "settings"]]]]
                app.addHooks(["confirm-rollout"], of: hooks)
                try await controller.initialise(app)
                let primary = try await controller.get(.deployment, "podinfo-primary")
                try await controller.cluster.kubectl(
                    "-n", controller.namespace, "delete", "canary", "podinfo", "--cascade=orphan",
                    "--timeout=60s")
                try await controller.deploy("podinfo:2.0.0")
                let canary = try await controller.client.create(app.canary, as: .canary)
                try await controller.reach("Waiting")
                let later = try await controller.get(.deployment, "podinfo-primary")
                #expect(later?.uid == primary?.uid)
                #expect(later?.generation == primary?.generation)
                #expect(later?.controllerReference?["uid"]?.string == canary.uid)
                hooks.answer("confirm-rollout", .status(200, body: "OK"))
                try await controller.reach("Succeeded")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
            }
        }
    }

    @Test("serves again from primary after the canary was replaced by force")
    func replacedByForce() async throws {
        try await RunningController.run { controller in
            let app = controller.app()
            try await controller.initialise(app)
            try await controller.client.delete(
                ObjectReference(.canary, namespace: controller.namespace, name: "podinfo"))
            let canary = try await controller.client.create(app.canary, as: .canary)
            try await controller.reach("Initialized")
            // What the garbage collector takes with the old canary is there again, and stays.
            try await eventually(within: .seconds(90), "\(controller.program.errors.suffix(3000))") {
                let primary = try await controller.get(.deployment, "podinfo-primary")
                let apex = try await controller.get(.service, "podinfo")
                return [primary, apex].allSatisfy { $0?.controllerReference?["uid"]?.string == canary.uid }
                    && primary?.json[path: "status", "availableReplicas"] == 1
            }
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:1.0.0")
            #expect(try await controller.events().contains { $0.contains("New revision") } == false)
        }
    }
}

/// What somebody does to a status.
enum Loss: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case status
    case conditions

    var testDescription: String { "the \(rawValue) deleted" }
}

extension RunningController {
    /// Deletes the status of the canary, or what stands in its conditions.
    func lose(_ loss: Loss) async throws {
        let nothing: JSONValue = loss == .status ? .null : ["conditions": .null]
        _ = try await client.patch(
            ObjectReference(.canary, namespace: namespace, name: "podinfo"),
            with: .merge(["status": nothing]), subresource: "status")
    }
}
