import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// Meshes whose objects are unlike the others', on a real API server.
@Suite("Meshes", .timeLimit(.minutes(10)))
struct MeshTests {
    @Test(
        "of SMI get their weights as the version writes them",
        arguments: [
            (ProviderCase.smi("linkerd", .linkerd), JSONValue.string("30"), JSONValue.string("70")),
            (ProviderCase.smi("smi:v1alpha2", .smiAlpha2), 30, 70),
            (ProviderCase.smi("smi:v1alpha3", .smiAlpha3), 30, 70),
        ])
    func smi(_ provider: ProviderCase, canary: JSONValue, primary: JSONValue) async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await provider.router(
                in: fixture, ["service": ["hosts": ["web"], "gateways": ["public"]]])
            try await router.route(Routes(canaryWeight: 30))
            let stored = try await fixture.stored(provider.type, "podinfo")
            #expect(
                stored.json["spec"] == [
                    "service": "web",
                    "backends": [
                        ["service": "podinfo-canary", "weight": canary],
                        ["service": "podinfo-primary", "weight": primary],
                    ],
                ])
            #expect(
                stored.annotations["VirtualService.v1alpha3.networking.istio.io/spec.gateways"]
                    == #"["public"]"#)
        }
    }

    @Test("of Kuma share one TrafficRoute name among namespaces, of which the first has it until it goes")
    func kuma() async throws {
        try await RouterFixture.run { fixture in
            let service: JSONValue = ["service": ["name": .string("kuma-\(fixture.namespace)")]]
            let context = try await fixture.context(service, annotations: ["kuma.io/mesh": "edge"])
            let name = context.canary.apexName
            let router = RouterType.kuma.make(context)
            #expect(try await router.routes() == nil)
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
            try await router.route(Routes(canaryWeight: 40))
            #expect(try await router.routes() == Routes(canaryWeight: 40))
            let writes = fixture.cluster.writes
            try await router.reconcile()
            #expect(fixture.cluster.writes == writes)

            let reference = ObjectReference(KumaRouter.type, namespace: nil, name: name)
            let stored = try #require(try await fixture.client.get(reference))
            #expect(stored.json["mesh"] == "edge")
            func tag(_ suffix: String) -> JSONValue {
                ["kuma.io/service": .string("\(name)\(suffix)_\(fixture.namespace)_svc_9898")]
            }
            #expect(
                stored.json["spec"] == [
                    "sources": [["match": ["kuma.io/service": "*"]]],
                    "destinations": [["match": tag("")]],
                    "conf": [
                        "split": [
                            ["weight": 60, "destination": tag("-primary")],
                            ["weight": 40, "destination": tag("-canary")],
                        ]
                    ],
                ])

            let elsewhere = RouterFixture(
                client: fixture.client, cluster: fixture.cluster, caches: fixture.caches,
                namespace: try await fixture.client.makeNamespace("other"))
            let intruder = RouterType.kuma.make(try await elsewhere.context(service))
            await #expect(throws: ControllerError.self) { try await intruder.reconcile() }
            await #expect(throws: ControllerError.self) { try await intruder.finalize() }
            #expect(try await fixture.client.get(reference) == stored)

            try await router.finalize()
            #expect(try await fixture.client.get(reference) == nil)
        }
    }

    @Test(
        "of Knative split between the newest revision and the one that is primary, and nothing else is written"
    )
    func knative() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.knative.router(in: fixture)
            let none = await #expect(throws: ControllerError.self) { try await router.reconcile() }
            #expect("\(none.map { "\($0)" } ?? "")".hasSuffix("has no revision yet"))
            func report(_ revision: String) async throws {
                try await fixture.change(
                    KnativeRouter.type, "podinfo",
                    ["status": ["latestCreatedRevisionName": .string(revision)]], subresource: "status")
            }
            try await report("podinfo-00001")
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
            try await report("podinfo-00002")
            fixture.cluster.beforeNextWrite {
                try await fixture.change(
                    KnativeRouter.type, "podinfo", ["metadata": ["labels": ["unit": "a"]]])
            }
            try await router.route(Routes(canaryWeight: 20))
            #expect(try await router.routes() == Routes(canaryWeight: 20))
            let writes = fixture.cluster.writes
            try await router.reconcile()
            #expect(fixture.cluster.writes == writes)
            let stored = try await fixture.stored(KnativeRouter.type, "podinfo")
            #expect(
                stored.json["spec"] == [
                    "template": ["spec": [:]],
                    "traffic": [
                        ["latestRevision": true, "percent": 20],
                        ["revisionName": "podinfo-00001", "percent": 80],
                    ],
                ])
            #expect(stored.annotations == [KnativeRouter.primaryKey: "podinfo-00001"])
            #expect(stored.labels == ["unit": "a"])
            try await router.finalize()
            let after = try await fixture.stored(KnativeRouter.type, "podinfo")
            #expect(after.annotations.isEmpty)
            #expect(after.json[path: "spec", "traffic"] == [["latestRevision": true, "percent": 100]])
        }
    }
}
