import Controller
import JSON
import KubernetesClient
import Testing

/// Whole rollouts on a real control plane, driven as a user does.
@Suite("A rollout in a cluster")
struct RolloutTests {
    @Test("is promoted, and shows with kubectl what it shows with the peer")
    func promotion() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.replicas = 2
            app.service = ["port": 80, "targetPort": 9898, "portDiscovery": true]
            try await controller.initialise(app)
            #expect(try await controller.replicas(of: "podinfo") == 0)
            #expect(try await controller.replicas(of: "podinfo-primary") == 2)
            let apex = try await controller.get(.service, "podinfo")
            #expect(apex?.json[path: "spec", "selector"] == ["app": "podinfo-primary"])
            let ports = (apex?.json[path: "spec", "ports"]?.elements ?? []).map {
                "\($0["name"]?.string ?? "") \($0["port"]?.int ?? 0)"
            }
            #expect(ports == ["http 80", "grpc 9999"])
            #expect(
                try await controller.get(.service, "podinfo-canary")?.json[path: "spec", "selector"]
                    == ["app": "podinfo"])

            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
            try await eventually { try await controller.replicas(of: "podinfo") == 0 }

            let namespace = controller.namespace
            try await controller.cluster.kubectl(
                "-n", namespace, "wait", "canary/podinfo", "--for=condition=promoted", "--timeout=60s")
            let table = try await controller.cluster.kubectl("-n", namespace, "get", "canaries")
            let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines[0] == ["NAME", "STATUS", "WEIGHT", "LASTTRANSITIONTIME"])
            #expect(lines[1].prefix(3) == ["podinfo", "Succeeded", "0"])
            try await controller.hears("Promotion completed! Scaling down podinfo.\(namespace)")
            let text = try await controller.cluster.kubectl("-n", namespace, "describe", "canary", "podinfo")
            #expect(text.contains("Advance podinfo.\(namespace) canary iteration 3/3"))
        }
    }

    @Test("is rolled back when failed checks reach the threshold, and primary is left alone")
    func threshold() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollout", .status(500, body: "load test failed"))
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(["rollout"], of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("Failed")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:1.0.0")
                try await eventually { try await controller.replicas(of: "podinfo") == 0 }
                let condition = CanaryConditionReading(try await controller.status())
                #expect(condition.status == "False")
                #expect(condition.reason == "Failed")
                try await controller.hears("external check h-rollout failed load test failed")
            }
        }
    }

    @Test("is rolled back by the rollback gate, also while it waits for approval", arguments: [true, false])
    func rollbackGate(isWaiting: Bool) async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403))
            hooks.answer("confirm-rollout", .status(isWaiting ? 403 : 200))
            try await RunningController.run { controller in
                var app = controller.app()
                app.analysis["iterations"] = 100
                app.addHooks(["confirm-rollout", "rollback"], of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach(isWaiting ? "Waiting" : "Progressing")
                hooks.answer("rollback", .status(200))
                try await controller.reach("Failed")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:1.0.0")
                if isWaiting { #expect(try await controller.replicas(of: "podinfo") == 0) }
            }
        }
    }

    @Test("is rolled back at the progress deadline when its pods do not become ready")
    func deadline() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.spec["progressDeadlineSeconds"] = 15
            try await controller.initialise(app)
            let gate: JSONValue = [["conditionType": "example.com/never"]]
            try await controller.patch(
                .deployment, "podinfo",
                ["spec": ["template": ["spec": ["readinessGates": gate]]]])
            try await controller.reach("Failed")
            try await controller.hears("progress deadline exceeded")
            try await eventually { try await controller.replicas(of: "podinfo") == 0 }
        }
    }

    @Test("starts over with a new revision in the middle of an analysis")
    func newRevision() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.analysis["iterations"] = 10
            try await controller.initialise(app)
            try await controller.deploy("podinfo:2.0.0")
            try await eventually { try await controller.status()["iterations"]?.int ?? 0 >= 2 }
            try await controller.deploy("podinfo:3.0.0")
            try await controller.hears("New revision detected! Restarting analysis")
            try await controller.reach("Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:3.0.0")
        }
    }

    @Test("is promoted without analysis when that is skipped")
    func skipped() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.spec["skipAnalysis"] = true
            try await controller.initialise(app)
            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Succeeded")
            #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
            try await controller.hears("Canary analysis was skipped for podinfo")
        }
    }

    @Test("touches nothing while it is suspended")
    func suspended() async throws {
        try await RunningController.run { controller in
            try await controller.initialise(controller.app())
            var witness = controller.app()
            witness.name = "witness"
            try await controller.initialise(witness)
            try await controller.patch(.canary, "podinfo", ["spec": ["suspend": true]])
            try await controller.deploy("podinfo:2.0.0")
            // Another one of the same interval is looked at three times meanwhile.
            try await controller.ticks(3, of: "witness")
            #expect(try await controller.phase() == "Initialized")
            try await controller.patch(.canary, "podinfo", ["spec": ["suspend": false]])
            try await controller.reach("Succeeded")
        }
    }

    @Test("starts with a change of tracked configuration, and gives primary a copy of it")
    func configuration() async throws {
        try await RunningController.run { controller in
            let namespace = controller.namespace
            for (name, annotation) in [("settings", ""), ("untracked", "disabled")] {
                try await controller.makeConfigMap(name, ["color": "blue"], tracking: annotation)
            }
            var app = controller.app()
            app.container = [
                "envFrom": [
                    ["configMapRef": ["name": "settings"]], ["configMapRef": ["name": "untracked"]],
                ]
            ]
            try await controller.initialise(app)
            let tracked = try await controller.status()["trackedConfigs"]?.strings ?? [:]
            // The first eight bytes of the SHA-256 of {"color":"blue"}, as the peer has it.
            #expect(tracked == ["configmap/settings": "f234cb93c08ad64e"])

            try await controller.patch(.configMap, "untracked", ["data": ["color": "red"]])
            try await controller.patch(.configMap, "settings", ["data": ["color": "red"]])
            try await controller.reach("Succeeded")
            let copy = try await controller.get(.configMap, "settings-primary")
            #expect(copy?.json["data"]?["color"] == "red")
            #expect(try await controller.get(.configMap, "untracked-primary") == nil)
            let primary = try await controller.get(.deployment, "podinfo-primary")
            let names =
                (primary?.json[path: "spec", "template", "spec", "containers"]?.elements?.first?["envFrom"]?
                .elements ?? []).compactMap { $0["configMapRef"]?["name"]?.string }
            #expect(names == ["settings-primary", "untracked"], "in \(namespace)")
        }
    }
}

/// The condition that `kubectl wait` looks at.
struct CanaryConditionReading {
    var status: String?
    var reason: String?
    var message: String?

    init(_ canaryStatus: JSONValue, type: String = "Promoted") {
        let condition = canaryStatus["conditions"]?.elements?.first { $0["type"]?.string == type }
        status = condition?["status"]?.string
        reason = condition?["reason"]?.string
        message = condition?["message"]?.string
    }
}

extension RunningController {
    /// Creates a ConfigMap.
    func makeConfigMap(_ name: String, _ data: JSONValue, tracking: String = "") async throws {
        var json: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "namespace": .string(namespace)], "data": data,
        ]
        if !tracking.isEmpty {
            json[path: "metadata", "annotations", "flagger.app/config-tracking"] = .string(tracking)
        }
        _ = try await client.create(KubernetesObject(json: json), as: .configMap)
    }
}
