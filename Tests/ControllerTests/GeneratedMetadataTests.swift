import JSON
import KubernetesClient
import Testing

@testable import Controller

/// The Services of a canary.
@Suite("Generated services in a cluster", .timeLimit(.minutes(2)))
struct GeneratedServicesTests {
    @Test("are written once, however often they are looked at")
    func writes() async throws {
        try await RouterFixture.run { fixture in
            let router = try await fixture.context(["service": ["portDiscovery": true]])
            let context = TargetContext(
                canary: router.canary, cluster: fixture.cluster, settings: WorkloadSettings(),
                memory: CanaryMemory())
            let services = GeneratedServices(
                context: context, label: "app", value: "podinfo",
                ports: [ServicePort(name: "dns", port: 53, transport: "UDP")])
            for _ in 1...3 {
                try await services.reconcileSides()
                try await services.reconcileApex()
                #expect(fixture.cluster.writes == 3)
            }
        }
    }
}

/// Labels and annotations of the objects that are made for a canary.
@Suite("Generated metadata in a cluster", .timeLimit(.minutes(5)))
struct GeneratedMetadataTests {
    @Test("goes when the canary wants it no more, and what others have added stays")
    func removal() async throws {
        try await ProviderDefinitions.shared.install()
        try await RunningController.run { controller in
            var app = controller.app()
            app.spec = ["provider": "gatewayapi:v1"]
            app.service = [
                "port": 9898, "gatewayRefs": ProviderCase.gatewayRefs,
                "apex": [
                    "labels": ["tier": "web", "unit": "a"], "annotations": ["owner": "shop", "note": "b"],
                ],
                "canary": ["annotations": ["owner": "shop"]],
            ]
            try await controller.initialise(app)
            let kinds = [ResourceType.service, RolloutRecord.httpRoute]
            for kind in kinds {
                try await eventually { try await controller.get(kind, "podinfo") != nil }
                try await controller.patch(
                    kind, "podinfo",
                    ["metadata": ["labels": ["others": "x"], "annotations": ["others": "y"]]])
            }
            let apex: JSONValue = ["labels": ["tier": .null], "annotations": ["owner": .null]]
            let side: JSONValue = ["annotations": .null]
            try await controller.patch(
                .canary, "podinfo", ["spec": ["service": ["apex": apex, "canary": side]]])
            for kind in kinds {
                try await eventually {
                    let object = try await controller.get(kind, "podinfo")
                    return object?.labels["tier"] == nil && object?.annotations["owner"] == nil
                }
                let object = try #require(try await controller.get(kind, "podinfo"))
                #expect(object.labels["unit"] == "a")
                #expect(object.annotations["note"] == "b")
                #expect(object.labels["others"] == "x")
                #expect(object.annotations["others"] == "y")
            }
            try await eventually {
                try await controller.get(.service, "podinfo-canary")?.annotations["owner"] == nil
            }
            // And nothing is written over and over.
            let version = try await controller.get(.service, "podinfo")?.resourceVersion
            try await controller.ticks(2)
            #expect(try await controller.get(.service, "podinfo")?.resourceVersion == version)
        }
    }
}
