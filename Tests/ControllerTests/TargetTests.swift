import JSON
import KubernetesClient
import KubernetesTesting
import Testing

@testable import Controller

/// Targets that are not a plain Deployment.
@Suite("A target in a cluster", .timeLimit(.minutes(10)))
struct TargetTests {
    @Test(
        "that is a Service is copied to primary once its canary has passed",
        arguments: ["kubernetes", "gatewayapi:v1"])
    func service(provider: String) async throws {
        try await ProviderDefinitions.shared.install()
        try await RunningController.run { controller in
            try await RolloutRecord.follow(controller) { record in
                let (client, namespace) = (controller.client, controller.namespace)
                try await controller.create(
                    .service, "backend",
                    [
                        "metadata": ["labels": ["tier": "back"]],
                        "spec": [
                            "selector": ["app": "backend", "version": "1"],
                            "ports": [["name": "http", "port": 9898]],
                        ],
                    ])
                var app = controller.app()
                app.name = "backend"
                app.spec = [
                    "provider": .string(provider),
                    "targetRef": ["apiVersion": "v1", "kind": "Service", "name": "backend"],
                ]
                if provider != "kubernetes" {
                    app.service["gatewayRefs"] = ProviderCase.gatewayRefs
                    app.analysis = ["interval": "1s", "threshold": 2, "stepWeight": 25, "maxWeight": 50]
                }
                _ = try await client.create(app.canary, as: .canary)
                try await controller.reach("Initialized", "backend")
                let primary = try #require(try await controller.get(.service, "backend-primary"))
                #expect(primary.json[path: "spec", "selector"] == ["app": "backend", "version": "1"])
                #expect(primary.labels["tier"] == "back")
                #expect(primary.controllerReference?["kind"] == "Canary")

                let next: JSONValue = ["selector": ["version": "2"]]
                try await controller.patch(.service, "backend", ["spec": next])
                try await eventually {
                    let canary = try await controller.get(.service, "backend-canary")
                    return canary?.json[path: "spec", "selector"] == ["app": "backend", "version": "2"]
                }
                #expect(
                    try await controller.get(.service, "backend-primary")?.json[path: "spec", "selector"]
                        == ["app": "backend", "version": "1"])
                try await controller.reach("Succeeded", "backend")
                let promoted = try await controller.get(.service, "backend-primary")
                #expect(promoted?.json[path: "spec", "selector"] == ["app": "backend", "version": "2"])
                // A copy, not another address: clients of primary keep theirs.
                #expect(promoted?.uid == primary.uid)
                #expect(promoted?.json[path: "spec", "clusterIP"] == primary.json[path: "spec", "clusterIP"])
                if provider != "kubernetes" {
                    try await eventually { record.weights("backend").last == 0 }
                    #expect(record.weights("backend") == [0, 25, 50, 0], "in \(namespace)")
                }
            }
        }
    }

    @Test("that KEDA scales is paused while it is stopped, and primary gets a scaler of its own")
    func scaledObject() async throws {
        try await ProviderDefinitions.shared.install()
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403, body: "Forbidden"))
            try await RunningController.run { controller in
                let type = PrimaryAutoscaler.scaledObject
                try await controller.create(type, "scaler", Self.scaler)
                var app = controller.app()
                app.replicas = nil
                app.spec["autoscalerRef"] = [
                    "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": "scaler",
                    "primaryScalerReplicas": ["minReplicas": 2, "maxReplicas": 7],
                ]
                app.addHooks(["confirm-promotion"], of: hooks)
                try await controller.initialise(app)
                let paused = try #require(try await controller.get(type, "scaler"))
                #expect(paused.annotations[PrimaryAutoscaler.pauseKey] == "0")
                let copy = try #require(try await controller.get(type, "scaler-primary"))
                #expect(copy.annotations[PrimaryAutoscaler.pauseKey] == nil)
                #expect(copy.annotations["note"] == "kept")
                #expect(copy.json["spec"] == Self.primaryScaler)

                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("WaitingPromotion")
                let running = try #require(try await controller.get(type, "scaler"))
                #expect(running.annotations[PrimaryAutoscaler.pauseKey] == nil)
                #expect(try await controller.replicas(of: "podinfo") == 3)
                // What is changed meanwhile goes to primary with the promotion.
                try await controller.patch(type, "scaler", ["spec": ["pollingInterval": 20]])
                hooks.answer("confirm-promotion", .status(200, body: "OK"))
                try await controller.reach("Succeeded")
                let stopped = try #require(try await controller.get(type, "scaler"))
                #expect(stopped.annotations[PrimaryAutoscaler.pauseKey] == "0")
                let promoted = try await controller.get(type, "scaler-primary")
                #expect(promoted?.json[path: "spec", "pollingInterval"] == 20)
                #expect(promoted?.annotations[PrimaryAutoscaler.pauseKey] == nil)
            }
        }
    }

    @Test(
        "that a HorizontalPodAutoscaler scales gets the newest version that the server has",
        arguments: [(["v1", "v2", "v2beta2"], "v2"), (["v1", "v2beta2"], "v2beta2"), (["v1"], nil)])
    func autoscalerVersion(_ served: [String], _ expected: String?) async throws {
        // The server of these tests has v2beta2 alone; a newer one tells its kinds in the same words.
        let server = try await ScriptedAPIServer { request, _ in
            guard let version = served.first(where: { request.path == "/apis/autoscaling/\($0)" }) else {
                return .json(404, ["kind": "Status", "status": "Failure", "code": 404])
            }
            let kind: JSONValue = [
                "name": "horizontalpodautoscalers", "namespaced": true, "kind": "HorizontalPodAutoscaler",
            ]
            return .json(
                200,
                [
                    "kind": "APIResourceList", "groupVersion": .string("autoscaling/\(version)"),
                    "resources": [kind],
                ])
        }
        let client = try KubernetesClient(ClusterConfiguration(server: server.url))
        let found = try await client.first(of: ResourceType.autoscalerTypes)
        await client.shutdown()
        await server.stop()
        #expect(found?.version == expected)
    }

    private static let scaler: JSONValue = [
        "metadata": ["annotations": ["note": "kept"]],
        "spec": [
            "scaleTargetRef": ["name": "podinfo"], "minReplicaCount": 3, "maxReplicaCount": 5,
            "pollingInterval": 10,
            "advanced": ["horizontalPodAutoscalerConfig": ["name": "scaler-hpa"]],
            "triggers": [
                [
                    "type": "prometheus", "name": "requests",
                    "metadata": [
                        "query": "sum(rate(http_requests_total{app=\"podinfo\"}[1m]))", "threshold": "10",
                    ],
                ]
            ],
        ],
    ]

    private static let primaryScaler: JSONValue = [
        "scaleTargetRef": ["name": "podinfo-primary"], "minReplicaCount": 2, "maxReplicaCount": 7,
        "pollingInterval": 10,
        "advanced": ["horizontalPodAutoscalerConfig": ["name": "scaler-hpa-primary"]],
        "triggers": [
            [
                "type": "prometheus", "name": "requests",
                "metadata": [
                    "query": "sum(rate(http_requests_total{app=\"podinfo-primary\"}[1m]))",
                    "threshold": "10",
                ],
            ]
        ],
    ]
}
