import JSON
import KubernetesClient
import KubernetesTesting
import Testing

@testable import Controller

/// A provider, and what a canary of it needs around it.
struct ProviderCase: Sendable, CustomTestStringConvertible {
    var provider: String
    /// Parts of the canary's specification.
    var spec: JSONValue = [:]
    /// Objects of the user's that it works from.
    var user: [(type: ResourceType, name: String, members: JSONValue)] = []
    /// The object that has the weights.
    var type: ResourceType
    var name = "podinfo"

    var testDescription: String { provider }

    /// A router of it on a real API server.
    func router(
        in fixture: RouterFixture, _ further: JSONValue = [:], settings: RouterSettings = RouterSettings()
    ) async throws -> (router: any TrafficRouter, context: RouterContext) {
        for object in user { try await fixture.create(object.type, object.name, object.members) }
        let spec = spec.merged(with: ["provider": .string(provider)]).merged(with: further)
        let context = try await fixture.context(spec, settings: settings)
        let type = try #require(RouterType.named(provider))
        #expect(type.complaint(context) == nil)
        return (type.make(context), context)
    }
}

extension ProviderCase {
    static let gatewayRefs: JSONValue = [["name": "gateway", "namespace": "infra"]]

    static let gatewayAPI = ProviderCase(
        provider: "gatewayapi:v1",
        spec: ["service": ["gatewayRefs": gatewayRefs, "hosts": ["app.example.com"]]],
        type: RouterType.gatewayAPI.watched[0])

    static let istio = ProviderCase(provider: "istio", type: IstioRouter.virtualService)

    static let ingress: (type: ResourceType, name: String, members: JSONValue) = (
        UserIngress.type, "web",
        [
            "metadata": [
                "labels": ["team": "shop"],
                "annotations": [
                    "nginx.ingress.kubernetes.io/rewrite-target": "/",
                    "zalando.org/skipper-predicate": "Host(\"x\")",
                    "kustomize.toolkit.fluxcd.io/checksum": "1",
                ],
            ],
            "spec": [
                "ingressClassName": "edge",
                "tls": [["hosts": ["app.example.com"], "secretName": "certificate"]],
                "rules": [
                    [
                        "host": "app.example.com",
                        "http": ["paths": [path("/", to: "podinfo"), path("/other", to: "other")]],
                    ],
                    ["host": "other.example.com", "http": ["paths": [path("/", to: "other")]]],
                ],
            ],
        ]
    )

    static func path(_ path: JSONValue, to service: JSONValue) -> JSONValue {
        [
            "path": path, "pathType": "Prefix",
            "backend": ["service": ["name": service, "port": ["number": 9898]]],
        ]
    }

    static let ingressRef: JSONValue = [
        "ingressRef": ["apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "web"]
    ]

    static let nginx = ProviderCase(
        provider: "nginx", spec: ingressRef, user: [ingress], type: UserIngress.type, name: "web-canary")

    static let skipper = ProviderCase(
        provider: "skipper", spec: ingressRef, user: [ingress], type: UserIngress.type, name: "web-canary")

    static let traefik = ProviderCase(provider: "traefik", type: TraefikRouter.type)

    static let contour = ProviderCase(provider: "contour", type: ContourRouter.type)

    static let gloo = ProviderCase(
        provider: "gloo",
        user: [
            (
                ResourceType.service, "podinfo-canary",
                ["spec": ["selector": ["app": "podinfo"], "ports": [["port": 9898]]]]
            ),
            (
                GlooRouter.upstream, "settings",
                ["spec": ["useHttp2": true, "loadBalancerConfig": ["leastRequest": ["choiceCount": 3]]]]
            ),
        ], type: GlooRouter.routeTable)

    static let apisix = ProviderCase(
        provider: "apisix",
        spec: ["routeRef": ["apiVersion": "apisix.apache.org/v2", "kind": "ApisixRoute", "name": "web"]],
        user: [
            (
                ApisixRouter.type, "web",
                [
                    "spec": [
                        "http": [
                            [
                                "name": "main", "match": ["hosts": ["app.example.com"], "paths": ["/*"]],
                                "backends": [["serviceName": "podinfo", "servicePort": 9898]],
                            ],
                            ["name": "rest", "backends": [["serviceName": "other", "servicePort": 80]]],
                        ]
                    ]
                ]
            )
        ], type: ApisixRouter.type, name: "web-podinfo-canary")

    static let knative = ProviderCase(
        provider: "knative",
        spec: ["targetRef": ["apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "podinfo"]],
        user: [
            (
                KnativeRouter.type, "podinfo",
                [
                    "spec": ["template": ["spec": [:]]],
                    "status": ["latestCreatedRevisionName": "podinfo-00001"],
                ]
            )
        ], type: KnativeRouter.type)

    static func smi(_ provider: String, _ type: RouterType) -> ProviderCase {
        ProviderCase(provider: provider, type: type.watched[0])
    }

    /// Every provider that shifts traffic, except Kuma, whose objects all namespaces share, and Knative, whose revisions
    /// nobody here makes.
    static let all = [
        gatewayAPI,
        ProviderCase(
            provider: "gatewayapi:v1beta1", spec: ["service": ["gatewayRefs": gatewayRefs]],
            type: RouterType.gatewayAPIBeta.watched[0]),
        istio, nginx, skipper, traefik, contour, gloo, apisix,
        smi("linkerd", .linkerd), smi("smi:v1alpha1", .smiAlpha1), smi("smi:v1alpha2", .smiAlpha2),
        smi("smi:v1alpha3", .smiAlpha3), smi("osm", .osm),
    ]
}
