import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// Istio on a real API server.
@Suite("VirtualServices", .timeLimit(.minutes(10)))
struct VirtualServiceTests {
    private let type = IstioRouter.virtualService

    @Test("say everything of the service, and DestinationRules its traffic policy")
    func service() async throws {
        try await RouterFixture.run { fixture in
            let cors: JSONValue = ["allowOrigins": [["regex": ".*"]]]
            let policy: JSONValue = ["tls": ["mode": "ISTIO_MUTUAL"]]
            let (router, _) = try await ProviderCase.istio.router(
                in: fixture,
                [
                    "service": [
                        "hosts": ["app.example.com"], "gateways": ["infra/public", "mesh"], "timeout": "15s",
                        "portDiscovery": true, "match": [["uri": ["prefix": "/api"]]],
                        "rewrite": ["uri": "/", "type": "ReplacePrefixMatch"],
                        "retries": ["attempts": 3, "perTryTimeout": "1s", "retryOn": "5xx"],
                        "headers": ["request": ["add": ["x-envoy-max-retries": "5"]]],
                        "corsPolicy": cors, "trafficPolicy": policy,
                    ]
                ])
            try await router.route(Routes(canaryWeight: 5))
            let spec = try await fixture.stored(type, "podinfo").json["spec"]
            #expect(
                spec == [
                    "hosts": ["app.example.com", "podinfo"], "gateways": ["infra/public", "mesh"],
                    "http": [
                        [
                            "match": [["uri": ["prefix": "/api"]]], "rewrite": ["uri": "/"], "timeout": "15s",
                            "retries": ["attempts": 3, "perTryTimeout": "1s", "retryOn": "5xx"],
                            "headers": ["request": ["add": ["x-envoy-max-retries": "5"]]], "corsPolicy": cors,
                            "route": [
                                [
                                    "destination": ["host": "podinfo-primary", "port": ["number": 9898]],
                                    "weight": 95,
                                ],
                                [
                                    "destination": ["host": "podinfo-canary", "port": ["number": 9898]],
                                    "weight": 5,
                                ],
                            ],
                        ]
                    ],
                ])
            for side in ["podinfo-primary", "podinfo-canary"] {
                let rule = try await fixture.stored(IstioRouter.destinationRule, side)
                #expect(rule.json["spec"] == ["host": .string(side), "trafficPolicy": policy])
            }
        }
    }

    @Test(
        "send matching requests to the canary, narrowed by the service's own conditions, and the others to primary"
    )
    func match() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.istio.router(
                in: fixture,
                [
                    "service": ["match": [["uri": ["prefix": "/api"]]]],
                    "analysis": [
                        "stepWeight": .null, "iterations": 3,
                        "match": [
                            ["headers": ["cookie": ["regex": "^(.*?;)?(canary=always)(;.*)?$"]]],
                            ["sourceLabels": ["app": "front"]],
                        ],
                    ],
                ])
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
            try await router.route(Routes(isMatched: true))
            #expect(try await router.routes() == Routes(isMatched: true))
            let uri: JSONValue = ["prefix": "/api"]
            #expect(
                try await fixture.stored(type, "podinfo").json[path: "spec", "http"] == [
                    [
                        "match": [
                            ["uri": uri, "headers": ["cookie": ["regex": "^(.*?;)?(canary=always)(;.*)?$"]]],
                            ["uri": uri, "sourceLabels": ["app": "front"]],
                        ],
                        "route": [
                            ["destination": ["host": "podinfo-primary"], "weight": 0],
                            ["destination": ["host": "podinfo-canary"], "weight": 100],
                        ],
                    ],
                    [
                        "match": [["uri": uri]],
                        "route": [["destination": ["host": "podinfo-primary"], "weight": 100]],
                    ],
                ])
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
        }
    }

    @Test("mirror the share of requests that the analysis wants")
    func mirror() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.istio.router(
                in: fixture, ["analysis": ["mirror": true, "mirrorWeight": 25]])
            try await router.route(Routes(isMirrored: true))
            #expect(try await router.routes() == Routes(isMirrored: true))
            let rule = try await fixture.stored(type, "podinfo").json[path: "spec", "http"]?.elements?.first
            #expect(rule?["mirror"] == ["host": "podinfo-canary"])
            #expect(rule?[path: "mirrorPercentage", "value"]?.int == 25)
            let writes = fixture.cluster.writes
            try await router.reconcile()
            #expect(fixture.cluster.writes == writes)
            try await router.route(Routes(canaryWeight: 10))
            #expect(try await router.routes() == Routes(canaryWeight: 10))
        }
    }

    @Test("keep clients on their side by cookies, and take back those of the rollout before")
    func affinity() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.istio.router(
                in: fixture,
                [
                    "analysis": [
                        "sessionAffinity": [
                            "cookieName": "canary", "primaryCookieName": "primary", "secure": true,
                        ]
                    ]
                ])
            try await router.route(Routes(canaryWeight: 10))
            #expect(try await router.routes() == Routes(canaryWeight: 10))
            let value = RouterContext.cookie(of: nil)
            let http = try #require(
                try await fixture.stored(type, "podinfo").json[path: "spec", "http"]?.elements)
            #expect(http.count == 3)
            #expect(
                http[0] == [
                    "match": [["headers": ["Cookie": ["regex": .string("^(.*; *)?canary=\(value)(;.*)?$")]]]],
                    "route": [
                        ["destination": ["host": "podinfo-primary"], "weight": 0],
                        ["destination": ["host": "podinfo-canary"], "weight": 100],
                    ],
                ])
            let weighted = try #require(http[2]["route"]?.elements)
            #expect(
                weighted.map { $0[path: "headers", "response", "add", "Set-Cookie"]?.string } == [
                    "primary=\(value); Max-Age=10; Secure", "canary=\(value); Max-Age=86400; Secure",
                ])

            // A rollout that the peer has begun goes on with the peer's cookie.
            try await fixture.change(
                .canary, "podinfo",
                ["status": ["phase": "Progressing", "sessionAffinityCookie": "canary=LpsIaLdoNZ"]],
                subresource: "status")
            try await router.route(Routes(canaryWeight: 20))
            let adopted = try await fixture.stored(type, "podinfo").json.text
            #expect(adopted.contains("canary=LpsIaLdoNZ; Max-Age=86400"))
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
            let after = try await fixture.stored(type, "podinfo").json[path: "spec", "http"]?.elements
            #expect(after?.count == 2)
            #expect(
                after?[0][path: "headers", "response", "add", "Set-Cookie"]
                    == "canary=LpsIaLdoNZ; Max-Age=-1; Secure")
        }
    }

    @Test("have neither hosts nor gateways when others delegate to them")
    func delegation() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.istio.router(
                in: fixture, ["service": ["delegation": true, "portDiscovery": true]])
            try await router.reconcile()
            let spec = try #require(try await fixture.stored(type, "podinfo").json["spec"])
            #expect(spec["hosts"] == nil && spec["gateways"] == nil)
            let first = spec["http"]?.elements?.first?["route"]?.elements?.first
            #expect(first?[path: "destination", "port", "number"] == 9898)
        }
    }

    @Test("split connections of a service whose protocol is tcp")
    func tcp() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.istio.router(
                in: fixture, ["service": ["appProtocol": "TCP", "match": [["port": 9898]]]])
            try await router.route(Routes(canaryWeight: 30))
            #expect(try await router.routes() == Routes(canaryWeight: 30))
            #expect(
                try await fixture.stored(type, "podinfo").json[path: "spec", "tcp"] == [
                    [
                        "match": [["port": 9898]],
                        "route": [
                            ["destination": ["host": "podinfo-primary"], "weight": 70],
                            ["destination": ["host": "podinfo-canary"], "weight": 30],
                        ],
                    ]
                ])
        }
    }

    @Test("that were the user's keep foreign settings, and are put back as kubectl wrote them last")
    func takeover() async throws {
        try await RouterFixture.run { fixture in
            let old: JSONValue = [
                "hosts": ["podinfo"], "exportTo": ["."],
                "http": [["route": [["destination": ["host": "podinfo"]]]]],
            ]
            try await fixture.create(type, "podinfo", ["spec": old])
            let (router, _) = try await ProviderCase.istio.router(in: fixture)
            try await router.reconcile()
            try await router.route(Routes(canaryWeight: 50))
            #expect(try await fixture.stored(type, "podinfo").json[path: "spec", "exportTo"] == ["."])
            var new = old
            new["http"] = [["timeout": "3s", "route": [["destination": ["host": "podinfo"]]]]]
            let applied = JSONValue.object(["spec": new]).text
            try await fixture.change(
                type, "podinfo",
                [
                    "metadata": [
                        "annotations": ["kubectl.kubernetes.io/last-applied-configuration": .string(applied)]
                    ]
                ])
            try await router.finalize()
            #expect(try await fixture.stored(type, "podinfo").json["spec"] == new)
        }
    }
}
