import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// Gateway API on a real API server.
@Suite("HTTPRoutes", .timeLimit(.minutes(10)))
struct HTTPRouteTests {
    private let type = RouterType.gatewayAPI.watched[0]

    /// An A/B test in place of steps.
    static let abTest: JSONValue = [
        "stepWeight": .null, "iterations": 5,
        "match": [
            ["headers": ["x-canary": ["exact": "insider"], "user-agent": ["prefix": "Mobile (x)"]]],
            ["queryParams": ["preview": ["regex": "on|yes"]], "method": ["exact": "GET"]],
        ],
    ]

    @Test("say everything of the service that Gateway API can say")
    func service() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.gatewayAPI.router(
                in: fixture,
                [
                    "service": [
                        "timeout": "1.5s", "backendTimeout": "500ms",
                        "match": [
                            ["uri": ["prefix": "/api"]], ["uri": ["exact": "/"], "method": ["exact": "GET"]],
                        ],
                        "rewrite": [
                            "uri": "/v2", "authority": "inner.example.com", "type": "ReplacePrefixMatch",
                        ],
                        "headers": [
                            "request": ["set": ["x-b": "2", "x-a": "1"], "remove": ["x-gone"]],
                            "response": ["add": ["x-served-by": "aviary"]],
                        ],
                        "mirror": [["backendRef": ["name": "shadow", "port": 80]]],
                        "corsPolicy": [
                            "allowOrigin": ["https://a.example.com"],
                            "allowOrigins": [["exact": "https://b.example.com"]],
                            "allowMethods": ["GET"], "maxAge": "24h", "allowCredentials": true,
                        ],
                    ]
                ])
            try await router.reconcile()
            let spec = try #require(try await fixture.stored(type, "podinfo").json["spec"])
            #expect(
                spec.contains([
                    "hostnames": ["app.example.com"],
                    "parentRefs": [["name": "gateway", "namespace": "infra", "kind": "Gateway"]],
                    "rules": [
                        [
                            "matches": [
                                ["path": ["type": "PathPrefix", "value": "/api"]],
                                ["path": ["type": "Exact", "value": "/"], "method": "GET"],
                            ],
                            "backendRefs": [
                                ["name": "podinfo-primary", "port": 9898, "weight": 100],
                                ["name": "podinfo-canary", "port": 9898, "weight": 0],
                            ],
                            "timeouts": ["request": "1s500ms", "backendRequest": "500ms"],
                            "filters": [
                                [
                                    "type": "RequestHeaderModifier",
                                    "requestHeaderModifier": [
                                        "set": [
                                            ["name": "x-a", "value": "1"], ["name": "x-b", "value": "2"],
                                        ],
                                        "remove": ["x-gone"],
                                    ],
                                ],
                                [
                                    "type": "ResponseHeaderModifier",
                                    "responseHeaderModifier": [
                                        "add": [["name": "x-served-by", "value": "aviary"]]
                                    ],
                                ],
                                [
                                    "type": "URLRewrite",
                                    "urlRewrite": [
                                        "hostname": "inner.example.com",
                                        "path": ["type": "ReplacePrefixMatch", "replacePrefixMatch": "/v2"],
                                    ],
                                ],
                                [
                                    "type": "RequestMirror",
                                    "requestMirror": ["backendRef": ["name": "shadow", "port": 80]],
                                ],
                                [
                                    "type": "CORS",
                                    "cors": [
                                        "allowOrigins": ["https://a.example.com", "https://b.example.com"],
                                        "allowMethods": ["GET"], "allowCredentials": true, "maxAge": 86400,
                                    ],
                                ],
                            ],
                        ]
                    ],
                ]))
        }
    }

    @Test(
        "send matching requests to the canary, narrowed by the service's own conditions, and the others to primary"
    )
    func match() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.gatewayAPI.router(
                in: fixture,
                [
                    "service": [
                        "match": [["uri": ["prefix": "/api"], "headers": ["x-tenant": ["exact": "a"]]]]
                    ],
                    "analysis": Self.abTest,
                ])
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
            try await router.route(Routes(isMatched: true))
            #expect(try await router.routes() == Routes(isMatched: true))
            let path: JSONValue = ["type": "PathPrefix", "value": "/api"]
            let tenant: JSONValue = ["name": "x-tenant", "type": "Exact", "value": "a"]
            let rules = try await fixture.stored(type, "podinfo").json[path: "spec", "rules"]
            #expect(
                rules?.contains([
                    [
                        "matches": [
                            [
                                "path": path,
                                "headers": [
                                    [
                                        "name": "user-agent", "type": "RegularExpression",
                                        "value": #"^Mobile \(x\).*$"#,
                                    ],
                                    ["name": "x-canary", "type": "Exact", "value": "insider"], tenant,
                                ],
                            ],
                            [
                                "path": path, "method": "GET", "headers": [tenant],
                                "queryParams": [
                                    ["name": "preview", "type": "RegularExpression", "value": "on|yes"]
                                ],
                            ],
                        ],
                        "backendRefs": [
                            ["name": "podinfo-primary", "weight": 0],
                            ["name": "podinfo-canary", "weight": 100],
                        ],
                    ],
                    [
                        "matches": [["path": path, "headers": [tenant]]],
                        "backendRefs": [["name": "podinfo-primary", "weight": 100]],
                    ],
                ]) ?? false)
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
        }
    }

    @Test("mirror the share of requests that the analysis wants")
    func mirror() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.gatewayAPI.router(
                in: fixture, ["analysis": ["mirror": true, "mirrorWeight": 20]])
            try await router.route(Routes(isMirrored: true))
            #expect(try await router.routes() == Routes(isMirrored: true))
            let rule = try await fixture.stored(type, "podinfo").json[path: "spec", "rules"]?.elements?.first
            #expect(
                rule?["filters"]?.contains([
                    [
                        "type": "RequestMirror",
                        "requestMirror": [
                            "percent": 20, "backendRef": ["name": "podinfo-canary", "port": 9898],
                        ],
                    ]
                ]) ?? false)
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
            var status = RolloutStatus()
            status.lastApplied = Revision(spec: "b")
            let (_, context) = try await ProviderCase.gatewayAPI.router(
                in: fixture,
                [
                    "service": ["headers": ["response": ["set": ["x-frame": "deny"]]]],
                    "analysis": [
                        "sessionAffinity": [
                            "cookieName": "canary", "primaryCookieName": "primary", "maxAge": 60, "path": "/",
                        ]
                    ],
                ])
            let router = GatewayAPIRouter(
                context: RouterContext(
                    canary: context.canary, cluster: fixture.cluster, settings: RouterSettings(),
                    status: status),
                type: type)
            try await router.reconcile()
            #expect(try await fixture.rules(type).count == 1)

            try await router.route(Routes(canaryWeight: 10))
            #expect(try await router.routes() == Routes(canaryWeight: 10))
            let cookie = "canary=\(RouterContext.cookie(of: status.lastApplied))"
            let primary = "primary=\(RouterContext.cookie(of: nil))"
            let rules = try await fixture.rules(type)
            #expect(rules.map(\.cookies) == ["^(.*; *)?\(cookie)(;.*)?$", "^(.*; *)?\(primary)(;.*)?$", nil])
            #expect(rules.map(\.weights) == [[0, 100], [100, 0], [90, 10]])
            let backends = try #require(rules[2]["backendRefs"]?.elements)
            #expect(backends[0].setCookie == "\(primary); Max-Age=10; Path=/")
            #expect(backends[1].setCookie == "\(cookie); Max-Age=60; Path=/")

            // The status is written after the route.
            try await fixture.change(
                .canary, "podinfo",
                [
                    "status": [
                        "phase": "Progressing", "canaryWeight": 10, "sessionAffinityCookie": .string(cookie),
                    ]
                ],
                subresource: "status")
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
            let after = try await fixture.rules(type)
            #expect(after.map(\.weights) == [[100, 0], [100, 0]])
            #expect(after.map(\.cookies) == ["^(.*; *)?\(cookie)(;.*)?$", nil])
            let modifier = after[0]["filters"]?.elements?.first?["responseHeaderModifier"]
            #expect(
                modifier?.contains([
                    "set": [["name": "x-frame", "value": "deny"]],
                    "add": [["name": "Set-Cookie", "value": .string("\(cookie); Max-Age=-1; Path=/")]],
                ]) ?? false)
        }
    }

    @Test("say what the cluster's definition drops, yet shift weights and write nothing twice")
    func loss() async throws {
        try await RouterFixture.run { fixture in
            let beta = RouterType.gatewayAPIBeta.watched[0]
            let context = try await fixture.context([
                "service": ["gatewayRefs": ProviderCase.gatewayRefs, "timeout": "5s"]
            ])
            let router = GatewayAPIRouter(context: context, type: beta)
            for _ in 1...2 {
                let error = await #expect(throws: ControllerError.self) { try await router.reconcile() }
                #expect(
                    "\(error.map { "\($0)" } ?? "")".contains(
                        "definition of HTTPRoute in gateway.networking.k8s.io/v1beta1 does not keep spec.rules[0].timeouts"
                    ))
            }
            try await router.route(Routes(canaryWeight: 40))
            #expect(try await router.routes() == Routes(canaryWeight: 40))
            let writes = fixture.cluster.writes
            try await router.route(Routes(canaryWeight: 40))
            await #expect(throws: ControllerError.self) { try await router.reconcile() }
            #expect(fixture.cluster.writes == writes)
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
        }
    }

    @Test("give the canary no more traffic while a gateway does not follow")
    func acceptance() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.gatewayAPI.router(in: fixture)
            try await router.route(Routes(canaryWeight: 10))
            let generation = try await fixture.stored(type, "podinfo").generation ?? 0
            func report(_ status: JSONValue, _ generation: Int) async throws {
                let parent: JSONValue = [
                    "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gateway",
                    "namespace": "infra",
                ]
                let condition: JSONValue = [
                    "type": "Accepted", "status": status, "observedGeneration": JSONValue(generation),
                    "reason": "NotAllowedByListeners", "message": "no listener takes it",
                ]
                try await fixture.change(
                    type, "podinfo",
                    ["status": ["parents": [["parentRef": parent, "conditions": [condition]]]]],
                    subresource: "status")
            }
            try await report("False", generation)
            let refused = await #expect(throws: ControllerError.self) {
                try await router.route(Routes(canaryWeight: 20))
            }
            #expect("\(refused.map { "\($0)" } ?? "")".hasSuffix("by Gateway gateway: no listener takes it"))
            try await report("True", generation - 1)
            await #expect(throws: ControllerError.self) { try await router.route(Routes(canaryWeight: 20)) }
            #expect(try await router.routes() == Routes(canaryWeight: 10))
            // Back to primary always goes.
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
            let now = try await fixture.stored(type, "podinfo").generation ?? 0
            try await report("True", now)
            try await router.route(Routes(canaryWeight: 20))
            #expect(try await router.routes() == Routes(canaryWeight: 20))
        }
    }

    @Test("that were the user's keep foreign settings, and are put back when the canary goes")
    func takeover() async throws {
        try await RouterFixture.run { fixture in
            let original: JSONValue = [
                "parentRefs": [["name": "old"]], "useDefaultGateways": "All",
                "rules": [["backendRefs": [["name": "podinfo", "port": 9898]]]],
            ]
            try await fixture.create(type, "podinfo", ["spec": original])
            let before = try await fixture.stored(type, "podinfo")
            let (router, _) = try await ProviderCase.gatewayAPI.router(in: fixture)
            #expect(try await router.routes() == nil)
            try await router.reconcile()
            try await router.route(Routes(canaryWeight: 50))
            let taken = try await fixture.stored(type, "podinfo")
            #expect(taken.json[path: "spec", "useDefaultGateways"] == "All")
            #expect(taken.controllerReference == nil)
            try await router.finalize()
            let after = try await fixture.stored(type, "podinfo")
            #expect(after.json["spec"] == before.json["spec"])
            #expect(
                after.annotations.keys.filter { $0.hasPrefix("aviary/") || $0.hasPrefix("flagger") }.isEmpty)
        }
    }

    @Test("of the canary lead to the apex when it goes, and go with it")
    func release() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.gatewayAPI.router(in: fixture)
            try await router.route(Routes(canaryWeight: 50))
            try await router.finalize()
            let rules = try await fixture.rules(type)
            #expect(rules.count == 1)
            #expect(rules[0]["backendRefs"]?.contains([["name": "podinfo", "weight": 100]]) ?? false)

            try await fixture.client.delete(
                ObjectReference(.canary, namespace: fixture.namespace, name: "podinfo"))
            let cache = fixture.caches.cache(of: type)
            try await eventually("the route stays") { cache[fixture.namespace, "podinfo"] == nil }
            let reference = ObjectReference(type, namespace: fixture.namespace, name: "podinfo")
            #expect(try await fixture.client.get(reference) == nil)
        }
    }
}

extension RouterFixture {
    /// The rules of an HTTPRoute, as the server has them.
    func rules(_ type: ResourceType) async throws -> [JSONValue] {
        try #require(try await stored(type, "podinfo").json[path: "spec", "rules"]?.elements)
    }
}

extension JSONValue {
    /// The condition of an HTTPRoute's rule on cookies.
    var cookies: String? {
        self["matches"]?.elements?.first?["headers"]?.elements?.first { $0["name"] == "Cookie" }?["value"]?
            .string
    }

    /// The weights of an HTTPRoute's rule.
    var weights: [Int] { (self["backendRefs"]?.elements ?? []).compactMap { $0["weight"]?.int } }

    /// The cookie that an HTTPRoute's backend sets.
    var setCookie: String? {
        let filter = self["filters"]?.elements?.first?[path: "responseHeaderModifier", "add"]?.elements?.first
        return filter?["value"]?.string
    }
}
