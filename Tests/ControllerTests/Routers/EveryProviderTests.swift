import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// What all routers have in common, on a real API server.
@Suite("Every provider's router", .timeLimit(.minutes(10)))
struct EveryProviderTests {
    @Test(
        "shifts weights from 0 to 50, 100 and back, and writes nothing that is there",
        arguments: ProviderCase.all)
    func weights(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await provider.router(in: fixture)
            #expect(try await router.routes() == nil)
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
            for weight in [50, 100, 0] {
                let routes = Routes(canaryWeight: weight)
                try await router.route(routes)
                #expect(try await router.routes() == routes)
                let stored = try await fixture.stored(provider.type, provider.name)
                let writes = fixture.cluster.writes
                try await router.route(routes)
                try await router.reconcile()
                #expect(fixture.cluster.writes == writes)
                #expect(try await fixture.stored(provider.type, provider.name) == stored)
            }
        }
    }

    @Test("owns its object, and tells Flux to leave it alone", arguments: ProviderCase.all)
    func ownership(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            let (router, context) = try await provider.router(in: fixture)
            try await router.reconcile()
            let stored = try await fixture.stored(provider.type, provider.name)
            #expect(stored.controllerReference?["uid"]?.string == context.canary.metadata.uid)
            #expect(stored.controllerReference?["kind"] == "Canary")
            #expect(stored.annotations["kustomize.toolkit.fluxcd.io/reconcile"] == "disabled")
            #expect(stored.annotations["kustomize.toolkit.fluxcd.io/checksum"] == nil)
        }
    }

    @Test("puts right what somebody else has overwritten, once", arguments: ProviderCase.all)
    func correction(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await provider.router(in: fixture)
            try await router.reconcile()
            let before = try await fixture.stored(provider.type, provider.name)
            try await router.route(Routes(canaryWeight: 50))
            let wanted = try await fixture.stored(provider.type, provider.name)

            // A tool that applies what was in its repository.
            let own = before.annotations.filter {
                wanted.annotations[$0.key] != $0.value && $0.key != "aviary/applied"
            }
            try await fixture.change(
                provider.type, provider.name,
                [
                    "metadata": ["annotations": JSONValue(own)],
                    "spec": (wanted.json["spec"] ?? [:]).mergePatch(to: before.json["spec"] ?? [:]),
                ])
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
            try await router.route(Routes(canaryWeight: 50))
            let mended = try await fixture.stored(provider.type, provider.name)
            #expect(mended.json["spec"] == wanted.json["spec"])
            #expect(try await router.routes() == Routes(canaryWeight: 50))
            let writes = fixture.cluster.writes
            try await router.reconcile()
            #expect(fixture.cluster.writes == writes)
        }
    }

    @Test("keeps labels and annotations of others, also in a conflict", arguments: ProviderCase.all)
    func conflict(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await provider.router(in: fixture)
            try await router.reconcile()
            let marks: JSONValue = ["metadata": ["labels": ["unit": "a"], "annotations": ["note": "b"]]]
            fixture.cluster.beforeNextWrite {
                try await fixture.change(provider.type, provider.name, marks)
            }
            let writes = fixture.cluster.writes
            try await router.route(Routes(canaryWeight: 30))
            #expect(fixture.cluster.writes == writes + 2)
            let stored = try await fixture.stored(provider.type, provider.name)
            #expect(stored.labels["unit"] == "a")
            #expect(stored.annotations["note"] == "b")
            #expect(try await router.routes() == Routes(canaryWeight: 30))
        }
    }

    @Test(
        "gives its object the metadata of the apex",
        arguments: [
            ProviderCase.gatewayAPI, .istio, .traefik, .contour, .gloo,
        ])
    func metadata(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            let apex: JSONValue = ["labels": ["tier": "web"], "annotations": ["owner": "shop"]]
            let (router, _) = try await provider.router(in: fixture, ["service": ["apex": apex]])
            try await router.reconcile()
            let stored = try await fixture.stored(provider.type, provider.name)
            #expect(stored.labels["tier"] == "web")
            #expect(stored.annotations["owner"] == "shop")
        }
    }

    @Test(
        "takes weights that are no percentages for unreadable, and starts again at primary",
        arguments: [
            ProviderCase.gatewayAPI, .istio, .traefik, .contour, .smi("linkerd", .linkerd),
        ])
    func unreadable(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await provider.router(in: fixture)
            try await router.route(Routes(canaryWeight: 50))
            let text = try await fixture.stored(provider.type, provider.name).json["spec"]?.text ?? ""
            let broken = text.replacing(#""weight":50"#, with: #""weight":7"#)
                .replacing(#""weight":"50""#, with: #""weight":"7""#)
            try await fixture.change(
                provider.type, provider.name, ["spec": try #require(JSONValue.parse(broken))])
            #expect(try await router.routes() == nil)
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
        }
    }

    @Test(
        "refuses an object that another canary owns",
        arguments: [
            ProviderCase.gatewayAPI, .istio, .traefik, .nginx,
        ])
    func foreign(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            let (router, context) = try await provider.router(in: fixture)
            try await router.reconcile()
            let stored = try await fixture.stored(provider.type, provider.name)
            let other = try await fixture.context(
                provider.spec.merged(with: ["service": ["name": "podinfo"]]), named: "intruder")
            let intruder = try #require(RouterType.named(provider.provider)).make(other)
            let error = await #expect(throws: ControllerError.self) { try await intruder.reconcile() }
            #expect("\(error.map { "\($0)" } ?? "")".contains("belongs to Canary podinfo"))
            #expect(try await fixture.stored(provider.type, provider.name) == stored)
            #expect(context.canary.metadata.name == "podinfo")
        }
    }

    @Test("says what to install when the cluster does not have its kind")
    func absentKind() async throws {
        try await RouterFixture.run { fixture in
            let type = ResourceType(
                group: "gateway.networking.k8s.io", version: "v1alpha7", kind: "HTTPRoute",
                plural: "httproutes")
            let context = try await fixture.context(["service": ["gatewayRefs": ProviderCase.gatewayRefs]])
            let error = await #expect(throws: ControllerError.self) {
                try await GatewayAPIRouter(context: context, type: type).reconcile()
            }
            #expect(
                error.map { "\($0)" }
                    == "the cluster has no HTTPRoute of gateway.networking.k8s.io/v1alpha7: install its custom resource definitions, or change spec.provider"
            )
            // Others go on.
            let (router, _) = try await ProviderCase.traefik.router(
                in: RouterFixture(
                    client: fixture.client, cluster: fixture.cluster, caches: fixture.caches,
                    namespace: try await fixture.client.makeNamespace("other")))
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
        }
    }
}
