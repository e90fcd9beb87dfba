import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// NGINX and Skipper on a real API server.
@Suite("Canary Ingresses", .timeLimit(.minutes(10)))
struct IngressTests {
    private static let paths: JSONValue = [
        "ingressClassName": "edge", "tls": [["hosts": ["app.example.com"], "secretName": "certificate"]],
        "rules": [
            ["host": "app.example.com", "http": ["paths": [ProviderCase.path("/", to: "podinfo-canary")]]]
        ],
    ]

    @Test("of NGINX lead the paths to the apex to the canary, by weight")
    func nginx() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.nginx.router(in: fixture)
            try await router.route(Routes(canaryWeight: 15))
            let stored = try await fixture.stored(UserIngress.type, "web-canary")
            #expect(stored.json["spec"] == Self.paths)
            #expect(stored.labels["team"] == "shop")
            let annotations = stored.annotations.filter { $0.key.hasPrefix("nginx") }
            #expect(
                annotations == [
                    "nginx.ingress.kubernetes.io/rewrite-target": "/",
                    "nginx.ingress.kubernetes.io/canary": "true",
                    "nginx.ingress.kubernetes.io/canary-weight": "15",
                ])
        }
    }

    @Test("of NGINX pick requests by header or cookie, and only while they are to be picked")
    func match() async throws {
        try await RouterFixture.run { fixture in
            let settings = {
                var settings = RouterSettings()
                settings.ingressAnnotationsPrefix = "custom.example.com"
                return settings
            }()
            let (router, _) = try await ProviderCase.nginx.router(
                in: fixture,
                [
                    "analysis": [
                        "stepWeight": .null, "iterations": 3,
                        "match": [
                            ["headers": ["x-user": ["regex": "^in.*"]]],
                            ["headers": ["cookie": ["exact": "canary"]]],
                        ],
                    ]
                ], settings: settings)
            func annotations() async throws -> [String: String] {
                try await fixture.stored(UserIngress.type, "web-canary").annotations
                    .filter { $0.key.hasPrefix("custom") }
            }
            let off = ["custom.example.com/canary": "true", "custom.example.com/canary-weight": "0"]
            try await router.reconcile()
            #expect(try await annotations() == off)
            try await router.route(Routes(isMatched: true))
            #expect(try await router.routes() == Routes(isMatched: true))
            #expect(
                try await annotations()
                    == off.merging([
                        "custom.example.com/canary-by-header": "x-user",
                        "custom.example.com/canary-by-header-pattern": "^in.*",
                        "custom.example.com/canary-by-cookie": "canary",
                    ]) { $1 })
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
            #expect(try await annotations() == off)
        }
    }

    @Test("follow the user's Ingress")
    func change() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.nginx.router(in: fixture)
            try await router.route(Routes(canaryWeight: 15))
            try await fixture.change(
                UserIngress.type, "web",
                [
                    "metadata": ["annotations": ["nginx.ingress.kubernetes.io/rewrite-target": .null]],
                    "spec": ["tls": .null],
                ])
            try await router.reconcile()
            let stored = try await fixture.stored(UserIngress.type, "web-canary")
            #expect(stored.json[path: "spec", "tls"] == nil)
            #expect(stored.annotations["nginx.ingress.kubernetes.io/rewrite-target"] == nil)
            #expect(try await router.routes() == Routes(canaryWeight: 15))
        }
    }

    @Test(
        "can't be made without the user's Ingress, or when it does not lead to the apex",
        arguments: [
            ProviderCase.nginx, .skipper,
        ])
    func missing(_ provider: ProviderCase) async throws {
        try await RouterFixture.run { fixture in
            var lone = provider
            lone.user = []
            let (router, context) = try await lone.router(in: fixture)
            let absent = await #expect(throws: ControllerError.self) { try await router.reconcile() }
            #expect(
                absent.map { "\($0)" }
                    == "Ingress web.\(fixture.namespace) not found: create it, or change spec.ingressRef")
            try await fixture.create(
                UserIngress.type, "web",
                ["spec": ["rules": [["http": ["paths": [ProviderCase.path("/", to: "other")]]]]]])
            let elsewhere = await #expect(throws: ControllerError.self) { try await router.reconcile() }
            #expect("\(elsewhere.map { "\($0)" } ?? "")".contains("has no path to the service podinfo"))
            #expect(
                try await context.cluster.fetch(UserIngress.type, "web-canary", in: fixture.namespace) == nil)
        }
    }

    @Test("of Skipper have both sides, and count only while the canary gets traffic")
    func skipper() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.skipper.router(in: fixture)
            try await router.route(Routes(canaryWeight: 15))
            let on = try await fixture.stored(UserIngress.type, "web-canary")
            #expect(
                on.annotations["zalando.org/backend-weights"]
                    == #"{"podinfo-canary":15,"podinfo-primary":85}"#)
            #expect(on.annotations["zalando.org/skipper-predicate"] == #"Weight(100) && Host("x")"#)
            let paths = on.json[path: "spec", "rules"]?.elements?.first?[path: "http", "paths"]
            #expect(
                paths == [
                    ProviderCase.path("/", to: "podinfo-primary"),
                    ProviderCase.path("/", to: "podinfo-canary"),
                ])
            try await router.route(.primary)
            let off = try await fixture.stored(UserIngress.type, "web-canary")
            #expect(off.annotations["zalando.org/skipper-predicate"] == #"False() && Host("x")"#)
            try await router.finalize()
            let reference = ObjectReference(
                UserIngress.type, namespace: fixture.namespace, name: "web-canary")
            #expect(try await fixture.client.get(reference) == nil)
        }
    }
}
