import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// What Traefik, Contour, Gloo and APISIX get, on a real API server.
@Suite("Objects of proxies", .timeLimit(.minutes(10)))
struct ProxyObjectTests {
    @Test(
        "of Traefik name the canary only while it gets traffic, and stay sticky where the user made them so")
    func traefik() async throws {
        try await RouterFixture.run { fixture in
            let (router, context) = try await ProviderCase.traefik.router(in: fixture)
            func services() async throws -> JSONValue? {
                try await fixture.stored(TraefikRouter.type, "podinfo").json[
                    path: "spec", "weighted", "services"]
            }
            func service(_ name: JSONValue, _ weight: JSONValue) -> JSONValue {
                [
                    "name": name, "namespace": .string(context.namespace), "port": 9898, "weight": weight,
                ]
            }
            try await router.reconcile()
            #expect(try await services() == [service("podinfo-primary", 100)])
            try await router.route(Routes(canaryWeight: 10))
            #expect(try await services() == [service("podinfo-primary", 90), service("podinfo-canary", 10)])
        }
    }

    @Test("of Contour have a route for each match, before that of all others")
    func contour() async throws {
        try await RouterFixture.run { fixture in
            var settings = RouterSettings()
            settings.ingressClass = "edge"
            let (router, context) = try await ProviderCase.contour.router(
                in: fixture,
                [
                    "service": [
                        "timeout": "15s", "match": [["uri": ["prefix": "/api"]]],
                        "retries": ["attempts": 3, "perTryTimeout": "5s", "retryOn": "5xx, gateway-error"],
                    ],
                    "analysis": [
                        "stepWeight": .null, "iterations": 3,
                        "match": [
                            ["headers": ["x-canary": ["exact": "yes"], "cookie": ["suffix": "insider"]]],
                            ["headers": ["x-user": ["regex": "a.*"]]],
                        ],
                    ],
                ], settings: settings)
            try await router.reconcile()
            #expect(try await router.routes() == .primary)
            try await router.route(Routes(isMatched: true))
            #expect(try await router.routes() == Routes(isMatched: true))
            func route(_ headers: [JSONValue], _ primary: JSONValue, _ canary: JSONValue) -> JSONValue {
                func service(_ name: String, _ weight: JSONValue) -> JSONValue {
                    let address = "\(name).\(context.namespace).svc.cluster.local:9898"
                    return [
                        "name": .string(name), "port": 9898, "weight": weight,
                        "requestHeadersPolicy": [
                            "set": [["name": "l5d-dst-override", "value": .string(address)]]
                        ],
                    ]
                }
                return [
                    "conditions": .array([["prefix": "/api"]] + headers.map { ["header": $0] }),
                    "timeoutPolicy": ["response": "15s", "idle": "5m"],
                    "retryPolicy": [
                        "count": 3, "perTryTimeout": "5s", "retryOn": ["5xx", "gateway-error"],
                    ],
                    "services": [service("podinfo-primary", primary), service("podinfo-canary", canary)],
                ]
            }
            #expect(
                try await fixture.stored(ContourRouter.type, "podinfo").json["spec"] == [
                    "ingressClassName": "edge",
                    "routes": [
                        route(
                            [
                                ["name": "cookie", "contains": "insider"],
                                ["name": "x-canary", "exact": "yes"],
                            ], 0, 100),
                        route([["name": "x-user", "regex": "a.*"]], 0, 100), route([], 100, 0),
                    ],
                ])
            // What the user adds to the object stays.
            try await fixture.change(
                ContourRouter.type, "podinfo", ["spec": ["virtualhost": ["fqdn": "app.example.com"]]])
            try await router.route(.primary)
            #expect(
                try await fixture.stored(ContourRouter.type, "podinfo").json[
                    path: "spec", "virtualhost", "fqdn"]
                    == "app.example.com")
        }
    }

    @Test("of Gloo have an Upstream for each side, with the settings of the user's")
    func gloo() async throws {
        try await RouterFixture.run { fixture in
            let (router, context) = try await ProviderCase.gloo.router(
                in: fixture,
                [
                    "upstreamRef": [
                        "apiVersion": "gloo.solo.io/v1", "kind": "Upstream", "name": "settings",
                        "namespace": .string(fixture.namespace),
                    ],
                    "analysis": [
                        "stepWeight": .null, "iterations": 3,
                        "match": [
                            ["headers": ["x-canary": ["exact": "yes"]]],
                            ["method": ["exact": "GET"], "queryParams": ["v": ["regex": "2.*"]]],
                        ],
                    ],
                ])
            try await router.route(Routes(isMatched: true))
            #expect(try await router.routes() == Routes(isMatched: true))
            let prefix = "\(context.namespace)-podinfo"
            let upstream = try await fixture.stored(GlooRouter.upstream, "\(prefix)-canaryupstream-9898")
            #expect(
                upstream.json["spec"] == [
                    "useHttp2": true, "loadBalancerConfig": ["leastRequest": ["choiceCount": 3]],
                    "kube": [
                        "serviceName": "podinfo-canary", "serviceNamespace": .string(context.namespace),
                        "servicePort": 9898, "selector": ["app": "podinfo"],
                    ],
                ])
            func action(_ primary: JSONValue, _ canary: JSONValue) -> JSONValue {
                func destination(_ side: String, _ weight: JSONValue) -> JSONValue {
                    [
                        "weight": weight,
                        "destination": [
                            "upstream": [
                                "name": .string("\(prefix)-\(side)upstream-9898"),
                                "namespace": .string(context.namespace),
                            ]
                        ],
                    ]
                }
                return [
                    "multi": [
                        "destinations": [destination("primary", primary), destination("canary", canary)]
                    ]
                ]
            }
            #expect(
                try await fixture.stored(GlooRouter.routeTable, "podinfo").json[path: "spec", "routes"] == [
                    [
                        "inheritablePathMatchers": true, "routeAction": action(0, 100),
                        "matchers": [
                            ["headers": [["name": "x-canary", "value": "yes"]]],
                            [
                                "methods": ["GET"],
                                "queryParameters": [["name": "v", "value": "2.*", "regex": true]],
                            ],
                        ],
                    ],
                    ["inheritablePathMatchers": true, "routeAction": action(100, 0)],
                ])
        }
    }

    @Test("of APISIX take precedence over the user's rule for the apex")
    func apisix() async throws {
        try await RouterFixture.run { fixture in
            let (router, _) = try await ProviderCase.apisix.router(in: fixture)
            try await router.route(Routes(canaryWeight: 25))
            #expect(
                try await fixture.stored(ApisixRouter.type, "web-podinfo-canary").json["spec"] == [
                    "http": [
                        [
                            "name": "main", "priority": 10000,
                            "match": ["hosts": ["app.example.com"], "paths": ["/*"]],
                            "backends": [
                                ["serviceName": "podinfo-primary", "servicePort": 9898, "weight": 75],
                                ["serviceName": "podinfo-canary", "servicePort": 9898, "weight": 25],
                            ],
                        ]
                    ]
                ])
            let backends: JSONValue = [
                ["serviceName": "podinfo", "servicePort": 9898], ["serviceName": "extra", "servicePort": 80],
            ]
            try await fixture.change(
                ApisixRouter.type, "web", ["spec": ["http": [["name": "main", "backends": backends]]]])
            let error = await #expect(throws: ControllerError.self) { try await router.reconcile() }
            #expect("\(error.map { "\($0)" } ?? "")".hasSuffix("the rule main must have one backend only"))
            #expect(try await router.routes() == Routes(canaryWeight: 25))
        }
    }
}
