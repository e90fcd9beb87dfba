import Controller
import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Randomness
import Testing

/// What comes before and after rollouts: taking over, deletion, crashes.
@Suite("A canary's life in a cluster")
struct LifeTests {
    @Test("is gone with everything made for it, and its target is put back when that was asked for")
    func revertOnDeletion() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.spec["revertOnDeletion"] = true
            // A service of the user's own, from before there was a canary.
            _ = try await controller.client.create(
                KubernetesObject(json: [
                    "apiVersion": "v1", "kind": "Service",
                    "metadata": ["name": "podinfo", "namespace": .string(controller.namespace)],
                    "spec": [
                        "selector": ["app": "podinfo"], "ports": [["name": "http", "port": 9898]],
                    ],
                ]), as: .service)
            try await controller.initialise(app)
            let apex = try await controller.get(.service, "podinfo")
            #expect(apex?.json[path: "spec", "selector"] == ["app": "podinfo-primary"])
            try await controller.cluster.kubectl(
                "-n", controller.namespace, "delete", "canary", "podinfo", "--timeout=60s")
            #expect(try await controller.replicas(of: "podinfo") == 1)
            let reverted = try await controller.get(.service, "podinfo")
            #expect(reverted?.json[path: "spec", "selector"] == ["app": "podinfo"])
            // The garbage collector learns of new kinds every half a minute.
            try await eventually(within: .seconds(180)) {
                let primary = try await controller.get(.deployment, "podinfo-primary")
                let side = try await controller.get(.service, "podinfo-canary")
                return primary == nil && side == nil
            }
        }
    }

    @Test("goes on where the peer has left it, without a rollout", arguments: ["Succeeded", "Failed"])
    func adoption(phase: String) async throws {
        try await RunningController.run { controller in
            let app = controller.app()
            try await controller.initialise(app)
            try await controller.kill()
            // As the peer leaves it: no condition but its own, fingerprints that only it understands.
            _ = try await controller.client.patch(
                ObjectReference(.canary, namespace: controller.namespace, name: "podinfo"),
                with: .merge([
                    "status": [
                        "phase": .string(phase), "lastAppliedSpec": "5454669676",
                        "lastPromotedSpec": phase == "Failed" ? "6799c4b9c4" : "5454669676",
                        "trackedConfigs": [:],
                        "conditions": [
                            [
                                "type": "Promoted", "status": phase == "Failed" ? "False" : "True",
                                "reason": .string(phase), "message": "as the peer has it",
                            ]
                        ],
                    ]
                ]), subresource: "status")
            try await controller.patch(
                .deployment, "podinfo-primary",
                ["metadata": ["annotations": ["aviary/revision": .null]]])
            try controller.restart()
            try await controller.hears("Taken over in phase \(phase)")
            try await controller.ticks(3)
            #expect(try await controller.phase() == phase)
            #expect(try await controller.replicas(of: "podinfo") == 0)
            #expect(try await controller.events().contains { $0.contains("New revision") } == false)

            // The phase may be the same before and after; primary is not.
            try await controller.deploy("podinfo:2.0.0")
            try await eventually(within: .seconds(180)) {
                try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0"
            }
            try await controller.reach("Succeeded")
        }
    }

    @Test("starts over at its gates when the peer has left it in the middle of an analysis")
    func adoptionOfRunningRollout() async throws {
        try await HookServer.run { hooks in
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(["confirm-rollout"], of: hooks)
                try await controller.initialise(app)
                try await controller.kill()
                try await controller.deploy("podinfo:2.0.0")
                try await controller.patch(.deployment, "podinfo", ["spec": ["replicas": 1]])
                _ = try await controller.client.patch(
                    ObjectReference(.canary, namespace: controller.namespace, name: "podinfo"),
                    with: .merge([
                        "status": [
                            "phase": "Progressing", "canaryWeight": 0, "iterations": 2,
                            "lastAppliedSpec": "5454669676", "lastPromotedSpec": "6799c4b9c4",
                            "conditions": [
                                ["type": "Promoted", "status": "Unknown", "reason": "Progressing"]
                            ],
                        ]
                    ]), subresource: "status")
                try controller.restart()
                try await controller.hears("Taken over in phase Progressing")
                try await controller.reach("Succeeded")
                #expect(hooks.calls(of: "confirm-rollout").count == 1)
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
            }
        }
    }

    @Test("has primary made again that somebody has deleted, unless its revision is lost with it")
    func primaryDeleted() async throws {
        try await RunningController.run { controller in
            try await controller.makeConfigMap("settings", ["color": "blue"])
            var app = controller.app()
            app.container = ["envFrom": [["configMapRef": ["name": "settings"]]]]
            try await controller.initialise(app)
            let namespace = controller.namespace
            try await controller.cluster.kubectl("-n", namespace, "delete", "configmap", "settings-primary")
            try await eventually { try await controller.get(.configMap, "settings-primary") != nil }
            try await controller.cluster.kubectl("-n", namespace, "delete", "deployment", "podinfo-primary")
            try await controller.hears("podinfo-primary.\(namespace) was deleted, made again from the target")
            try await eventually { try await controller.replicas(of: "podinfo-primary") == 1 }
            #expect(try await controller.phase() == "Initialized")

            try await controller.kill()
            try await controller.deploy("podinfo:2.0.0")
            try await controller.cluster.kubectl("-n", namespace, "delete", "deployment", "podinfo-primary")
            try controller.restart()
            try await controller.shows("TargetUnusable", "is not at the revision that was released last")
            #expect(try await controller.get(.deployment, "podinfo-primary") == nil)
            try await controller.deploy("podinfo:1.0.0")
            try await eventually { try await controller.image(of: "podinfo-primary") == "podinfo:1.0.0" }
            try await controller.shows(nil)
        }
    }

    @Test("comes to the same end when the controller is killed again and again")
    func killed() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403))
            try await RunningController.run { controller in
                var app = controller.app()
                app.analysis["iterations"] = 8
                app.addHooks(of: hooks)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                var kills = 0
                var random = SplitMix64()
                let seed = random.seed
                while try await controller.phase() != "Succeeded", kills < 20 {
                    let lines = controller.log().count + Int.random(in: 1...9, using: &random)
                    try await eventually(within: .seconds(60), "seed \(seed)") {
                        if controller.log().count >= lines { return true }
                        return try await controller.phase() == "Succeeded"
                    }
                    try await controller.kill()
                    kills += 1
                    try controller.restart()
                }
                try await controller.reach("Succeeded")
                #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0", "seed \(seed)")
                try await eventually { hooks.calls(of: "post-rollout").isEmpty == false }
                try await eventually { try await controller.replicas(of: "podinfo") == 0 }
                #expect(
                    try await controller.status()["failedChecks"]?.int == 0, "seed \(seed), \(kills) kills")
            }
        }
    }

    @Test("is taken over by another controller when the leader is killed")
    func leaderKilled() async throws {
        let election = ["-enable-leader-election=true"]
        try await RunningController.run(election) { controller in
            var app = controller.app()
            app.analysis["iterations"] = 10
            try await controller.initialise(app)
            let second = try controller.startAnother()
            defer { second.signal(SIGKILL) }
            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Progressing")
            try await controller.kill()
            try await controller.reach("Succeeded")
            #expect(second.errors.contains("New revision") == false)
            // Told after the status that says so.
            try await eventually { second.errors.contains("Promotion completed!") }
        }
    }

    @Test("gives primary a copy of its autoscaler")
    func autoscaler() async throws {
        try await RunningController.run { controller in
            let type = ResourceType.autoscalerTypes[1]
            _ = try await controller.client.create(
                KubernetesObject(json: [
                    "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
                    "metadata": ["name": "podinfo", "namespace": .string(controller.namespace)],
                    "spec": [
                        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"],
                        "minReplicas": 2, "maxReplicas": 4,
                    ],
                ]), as: type)
            var app = controller.app()
            app.replicas = nil
            app.spec["autoscalerRef"] = [
                "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "name": "podinfo",
                "primaryScalerReplicas": ["minReplicas": 3, "maxReplicas": 5],
            ]
            try await controller.initialise(app)
            let copy = try await controller.get(type, "podinfo-primary")
            #expect(copy?.json[path: "spec", "scaleTargetRef", "name"] == "podinfo-primary")
            #expect(copy?.json[path: "spec", "minReplicas"] == 3)
            #expect(copy?.json[path: "spec", "maxReplicas"] == 5)
            try await controller.deploy("podinfo:2.0.0")
            try await eventually { try await controller.replicas(of: "podinfo") == 2 }
            try await controller.reach("Succeeded")
            #expect(try await controller.replicas(of: "podinfo") == 0)
        }
    }

    @Test("releases a DaemonSet, which a node selector stops")
    func daemonSet() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            var set = app.deployment
            set.json["kind"] = "DaemonSet"
            set.json[path: "spec", "replicas"] = nil
            app.spec["targetRef"] = ["apiVersion": "apps/v1", "kind": "DaemonSet", "name": "podinfo"]
            _ = try await controller.client.create(set, as: .daemonSet)
            _ = try await controller.client.create(app.canary, as: .canary)
            try await controller.reach("Initialized")
            let path: (KubernetesObject?) -> JSONValue? = { object in
                object?.json[path: "spec", "template", "spec", "nodeSelector"]?["flagger.app/scale-to-zero"]
            }
            #expect(path(try await controller.get(.daemonSet, "podinfo")) == "true")
            #expect(path(try await controller.get(.daemonSet, "podinfo-primary")) == nil)
            _ = try await controller.client.patch(
                ObjectReference(.daemonSet, namespace: controller.namespace, name: "podinfo"),
                with: .operations([
                    [
                        "op": "replace", "path": "/spec/template/spec/containers/0/image",
                        "value": "podinfo:2.0.0",
                    ]
                ]), subresource: nil)
            try await controller.reach("Succeeded")
            let primary = try await controller.get(.daemonSet, "podinfo-primary")
            let image = primary?.json[path: "spec", "template", "spec", "containers"]?.elements?.first?[
                "image"]
            #expect(image == "podinfo:2.0.0")
            #expect(path(try await controller.get(.daemonSet, "podinfo")) == "true")
        }
    }

    @Test("tells every event to the webhook of the command line when it has none of its own")
    func eventWebhook() async throws {
        try await HookServer.run { hooks in
            try await RunningController.run(["-event-webhook", hooks.url("all")]) { controller in
                try await controller.initialise(controller.app())
                try await eventually {
                    hooks.calls(of: "all").contains {
                        $0.metadata["eventMessage"]?.hasPrefix("Initialization done!") == true
                    }
                }
            }
        }
    }
}
