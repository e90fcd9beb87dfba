import FlaggerAPI
import Foundation
import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// What is said about a canary that a provider can't release.
@Suite("Complaints of routers")
struct ComplaintTests {
    private static func context(_ spec: JSONValue) throws -> RouterContext {
        let base: JSONValue = [
            "targetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"],
            "service": ["port": 80],
            "analysis": ["interval": "10s"],
        ]
        let json: JSONValue = ["metadata": ["name": "podinfo"], "spec": base.merged(with: spec)]
        let canary = try JSONDecoder().decode(Canary.self, from: Data(json.text().utf8))
        return RouterContext(
            canary: canary, cluster: NoCluster(), settings: RouterSettings(), status: RolloutStatus())
    }

    private static let header: JSONValue = ["analysis": ["match": [["headers": ["x": ["exact": "y"]]]]]]
    private static let refs: JSONValue = ["service": ["gatewayRefs": [["name": "gateway"]]]]

    @Test(
        "name the field and the fix",
        arguments: [
            (
                RouterType.traefik, header,
                "spec.analysis.match: traefik can't tell requests apart: remove it, or use one of gatewayapi:v1, gatewayapi:v1beta1, istio, nginx, contour, gloo"
            ),
            (
                .contour, ["analysis": ["mirror": true]],
                "spec.analysis.mirror: contour can't mirror requests: remove it, or use one of gatewayapi:v1, gatewayapi:v1beta1, istio"
            ),
            (
                .linkerd, ["analysis": ["sessionAffinity": ["cookieName": "c"]]],
                "spec.analysis.sessionAffinity: linkerd can't keep clients by a cookie: remove it, or use one of gatewayapi:v1, gatewayapi:v1beta1, istio"
            ),
            (
                .gatewayAPI, [:],
                "spec.service.gatewayRefs: is missing: add `gatewayRefs: [{name: …, namespace: …}]`"
            ),
            (
                .gatewayAPI, refs.merged(with: ["analysis": ["match": [["sourceLabels": ["a": "b"]]]]]),
                "spec.analysis.match[0].sourceLabels: gatewayapi can't match it: use headers, method, queryParams, uri"
            ),
            (
                .gatewayAPI, refs.merged(with: ["service": ["match": [[:], ["uri": ["suffix": "/x"]]]]]),
                "spec.service.match[1].uri: gatewayapi can match it by exact, prefix or regex"
            ),
            (
                .gatewayAPI, refs.merged(with: ["service": ["match": [["method": ["regex": "G.*"]]]]]),
                "spec.service.match[0].method: gatewayapi can match it by exact only"
            ),
            (
                .gatewayAPI,
                refs.merged(with: ["service": ["corsPolicy": ["allowOrigins": [["regex": ".*"]]]]]),
                "spec.service.corsPolicy.allowOrigins[0]: gatewayapi can match it by exact only"
            ),
            (
                .gatewayAPI, refs.merged(with: ["service": ["corsPolicy": ["maxAge": "a day"]]]),
                "spec.service.corsPolicy.maxAge: \"a day\" is no duration: write one such as 24h"
            ),
            (
                .istio, ["service": ["delegation": true, "hosts": ["a"]]],
                "spec.service.delegation: a VirtualService that is delegated to can have no hosts and gateways: remove them"
            ),
            (
                .istio, header.merged(with: ["service": ["appProtocol": "tcp"]]),
                "spec.service.appProtocol: connections can't be matched, mirrored or kept by a cookie: remove match, mirror and sessionAffinity from spec.analysis"
            ),
            (
                .nginx, [:],
                "spec.ingressRef: is missing: add `ingressRef: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: …}`"
            ),
            (
                .nginx,
                ingress.merged(with: [
                    "analysis": ["match": [["headers": ["a": ["exact": "1"], "b": ["exact": "2"]]]]]
                ]), "spec.analysis.match: nginx can match one header and one cookie: remove the others"
            ),
            (
                .nginx,
                ingress.merged(with: ["analysis": ["match": [["headers": ["Cookie": ["regex": "c"]]]]]]),
                "spec.analysis.match: nginx matches a cookie by its name: write `cookie: {exact: NAME}`"
            ),
            (
                .nginx, ingress.merged(with: ["analysis": ["match": [["headers": ["a": ["prefix": "c"]]]]]]),
                "spec.analysis.match: nginx can match a header by exact or regex only"
            ),
            (
                .nginx, ingress.merged(with: ["analysis": ["match": [["uri": ["exact": "/"]]]]]),
                "spec.analysis.match[0].uri: nginx can't match it: use headers"
            ),
            (
                .skipper, [:],
                "spec.ingressRef: is missing: add `ingressRef: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: …}`"
            ),
            (
                .apisix, [:],
                "spec.routeRef: is missing: add `routeRef: {apiVersion: apisix.apache.org/v2, kind: ApisixRoute, name: …}`"
            ),
            (
                .gloo, ["analysis": ["match": [["headers": ["a": ["prefix": "c"]]]]]],
                "spec.analysis.match[0]: gloo can match by exact or regex only"
            ),
            (
                .contour, ["analysis": ["match": [["method": ["exact": "GET"]]]]],
                "spec.analysis.match[0].method: contour can't match it: use headers"
            ),
            (
                .knative, [:],
                "spec.targetRef: must be a Service of serving.knative.dev/v1 with provider knative"
            ),
            (
                .knative,
                knative.merged(with: ["autoscalerRef": ["kind": "HorizontalPodAutoscaler", "name": "a"]]),
                "spec.autoscalerRef: Knative scales its revisions itself: remove it"
            ),
            (.kubernetes, knative, "spec.provider: a Knative Service needs provider knative, not kubernetes"),
        ] as [(RouterType, JSONValue, String)])
    func complaint(_ type: RouterType, _ spec: JSONValue, _ text: String) throws {
        #expect(type.complaint(try Self.context(spec)) == text)
    }

    private static let knative: JSONValue = [
        "targetRef": ["apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "podinfo"]
    ]
    private static let ingress: JSONValue = ["ingressRef": ["kind": "Ingress", "name": "web"]]

    @Test("are none about what Kubernetes alone makes blue/green of, as on the peer")
    func kubernetes() throws {
        let spec = Self.header.merged(with: [
            "analysis": ["mirror": true, "sessionAffinity": ["cookieName": "c"]]
        ])
        #expect(RouterType.kubernetes.complaint(try Self.context(spec)) == nil)
    }
}

/// A cluster for what must not ask it anything.
struct NoCluster: Cluster {
    private func refuse() throws -> Never { throw KubernetesError.unavailable("there is no cluster") }

    func find(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        try refuse()
    }

    func fetch(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        try refuse()
    }

    func list(
        _ type: ResourceType, in namespace: String, matching selector: Selector
    ) async throws -> [KubernetesObject] { try refuse() }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try refuse()
    }

    func patch(
        _ type: ResourceType, _ name: String, in namespace: String, with patch: JSONValue,
        subresource: String?
    ) async throws -> KubernetesObject { try refuse() }

    func delete(_ type: ResourceType, _ name: String, in namespace: String) async throws { try refuse() }
}
