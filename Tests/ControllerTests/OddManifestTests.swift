import Foundation
import JSON
import KubernetesClient
import Testing

@testable import Controller

/// Legal manifests that few write.
@Suite("An odd but legal manifest", .timeLimit(.minutes(4)))
struct OddManifestTests {
    @Test("may be annotated all the time by somebody else: its slow hooks are heard, and it goes on")
    func annotatedAllTheTime() async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollout", .status(200, delay: .milliseconds(600)))
            try await RunningController.run { controller in
                var app = controller.app()
                app.addHooks(["rollout"], of: hooks)
                try await controller.initialise(app)
                let (client, namespace) = (controller.client, controller.namespace)
                let annotating = Task {
                    for number in 0... {
                        _ = try? await client.patch(
                            ObjectReference(.canary, namespace: namespace, name: "podinfo"),
                            with: .merge(["metadata": ["annotations": ["bot/seen": .string("\(number)")]]]),
                            subresource: nil)
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
                defer { annotating.cancel() }
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("Succeeded")
                // One for each iteration after the first, and some at ticks that a busy machine voids: not one a second.
                #expect(hooks.calls(of: "rollout").count <= 8)
            }
        }
    }

    @Test("may hold characters that YAML takes only when they are escaped")
    func characters() async throws {
        try await HookServer.run { hooks in
            try await RunningController.run { controller in
                let odd = "\u{7F}\u{80}\u{9F}\u{FEFF}\u{FFFF}\u{1F600}\u{2028}\u{1}\t\"\\"
                var app = controller.app()
                app.annotations = ["bot/note": odd]
                app.hooks = [
                    [
                        "name": "h-rollout", "type": "rollout", "url": .string(hooks.url("rollout")),
                        "metadata": ["odd": .string(odd)],
                    ]
                ]
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("Succeeded")
                #expect(hooks.calls(of: "rollout").first?.metadata["odd"] == odd)
            }
        }
    }

    @Test(
        "has services with all discovered ports, one number for two protocols and a name that is taken as well"
    )
    func discoveredPorts() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.service = ["port": 9797, "portDiscovery": true]
            app.container = [
                "ports": [
                    ["name": "http", "containerPort": 9898], ["name": "metrics", "containerPort": 9797],
                    ["name": "dns", "containerPort": 53, "protocol": "UDP"],
                    ["name": "dns-tcp", "containerPort": 53, "protocol": "TCP"],
                    ["name": "again", "containerPort": 9898],
                ]
            ]
            try await controller.initialise(app)
            for name in ["podinfo", "podinfo-primary", "podinfo-canary"] {
                let service = try await controller.get(.service, name)
                let ports = (service?.json[path: "spec", "ports"]?.elements ?? []).map {
                    "\($0["name"]?.string ?? "") \($0["port"]?.int ?? 0)/\($0["protocol"]?.string ?? "")"
                }
                #expect(ports == ["http 9797/TCP", "again 9898/TCP", "dns 53/UDP", "dns-tcp 53/TCP"])
            }
        }
    }

    @Test("may name a port that only a sidecar has which is put into the pods")
    func injectedPort() async throws {
        try await RunningController.run { controller in
            var app = controller.app()
            app.service = ["port": 80, "targetPort": "proxied"]
            _ = try await controller.client.create(app.deployment, as: .deployment)
            _ = try await controller.client.create(app.canary, as: .canary)
            try await controller.shows("TargetUnusable", "has a port named proxied")
            // No sidecars are injected here: a further pod of the target has one.
            let sidecar: JSONValue = [
                "name": "proxy", "image": "proxy:1", "ports": [["name": "proxied", "containerPort": 15001]],
            ]
            try await controller.create(
                .pod, "podinfo-injected",
                ["metadata": ["labels": ["app": "podinfo"]], "spec": ["containers": [sidecar]]])
            try await controller.reach("Initialized")
            try await controller.shows(nil)
            let apex = try await controller.get(.service, "podinfo")
            #expect(apex?.json[path: "spec", "ports"]?.elements?.first?["targetPort"] == "proxied")
            // It is known from then on, whether pods of the target run or not.
            try await controller.cluster.kubectl(
                "-n", controller.namespace, "delete", "pod", "podinfo-injected", "--timeout=60s")
            try await controller.deploy("podinfo:2.0.0")
            try await controller.reach("Succeeded")
            try await controller.shows(nil)
        }
    }

    @Test(
        "may name an autoscaler later: primary gets its copy between rollouts, and another when that is deleted"
    )
    func autoscalerNamedLater() async throws {
        try await RunningController.run { controller in
            let type = ResourceType.autoscalerTypes[1]
            try await controller.initialise(controller.app())
            let reference: JSONValue = [
                "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "name": "podinfo",
            ]
            try await controller.patch(.canary, "podinfo", ["spec": ["autoscalerRef": reference]])
            let scaled: JSONValue = ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"]
            try await controller.create(
                type, "podinfo", ["spec": ["scaleTargetRef": scaled, "minReplicas": 2, "maxReplicas": 4]])
            try await eventually { try await controller.get(type, "podinfo-primary") != nil }
            try await controller.cluster.kubectl(
                "-n", controller.namespace, "delete", "hpa", "podinfo-primary", "--timeout=60s")
            try await eventually {
                let copy = try await controller.get(type, "podinfo-primary")
                return copy?.json[path: "spec", "scaleTargetRef", "name"] == "podinfo-primary"
            }
            #expect(try await controller.phase() == "Initialized")
        }
    }
}
