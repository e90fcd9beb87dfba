import FlaggerAPI
import Foundation
import JSON
import Testing

@testable import Controller
@testable import FlaggerAPI

/// The list of routers, and the queries that come with them.
@Suite("Router types")
struct RouterTypeTests {
    @Test("are the providers that validation knows")
    func agreement() throws {
        let listed = RouterType.all.flatMap(\.providers)
        #expect(Set(listed).count == listed.count)
        for name in listed {
            let provider = name.hasSuffix(":") ? name + "istio" : name
            #expect(findings(provider) == [], "\(provider)")
            #expect(RouterType.named(provider) != nil)
        }
        for name in CanaryRule.kubernetesProviders {
            #expect(RouterType.named(name.hasSuffix(":") ? name + "linkerd" : name) != nil, "\(name)")
        }
    }

    @Test("do not include what is left out, with the reason", arguments: ["appmesh", "appmesh:v1beta2"])
    func leftOut(_ provider: String) {
        #expect(RouterType.named(provider) == nil)
        #expect(findings(provider).first?.hasPrefix("AWS App Mesh is not supported") ?? false)
    }

    @Test(
        "have no prefixes that match by accident",
        arguments: ["gatewayapi", "gatewayapi:v2", "smi:", "istio:v1"])
    func unknown(_ provider: String) {
        #expect(RouterType.named(provider) == nil)
        #expect(!findings(provider).isEmpty)
    }

    private func findings(_ provider: String) -> [String] {
        var spec = CanarySpec(
            targetRef: ObjectReference(apiVersion: "apps/v1", kind: "Deployment", name: "podinfo"),
            service: CanaryService(port: 80))
        spec.provider = provider
        let canary = Canary(metadata: ObjectMeta(name: "podinfo"), spec: spec)
        var list = FindingList()
        let scope = ValidationScope(
            options: ValidationOptions(), names: ResourceNames([]), isStandalone: false,
            analysisPath: FieldPath("spec.analysis"))
        CanaryRule.provider.check(canary, scope, &list)
        return list.findings.map(\.message)
    }

    @Test("have queries that use known variables only, and close what they open", arguments: RouterType.all)
    func queries(_ type: RouterType) {
        let known = ["name", "namespace", "target", "service", "ingress", "route", "interval"]
        for query in [type.queries.successRate, type.queries.duration] {
            let variables = query.matches(of: /\{\{ (\w+) \}\}/).map { String($0.1) }
            #expect(variables.contains("interval"))
            #expect(variables.allSatisfy(known.contains), "\(variables)")
            let filled = query.replacing(/\{\{ (\w+) \}\}/) { match in
                match.1 == "interval" ? "1m" : type.queries.measured("a-b")
            }
            for (opening, closing) in ["()", "[]", "{}"].map({ ($0.first, $0.last) }) {
                #expect(filled.filter { $0 == opening }.count == filled.filter { $0 == closing }.count)
            }
            #expect(filled.filter { $0 == "\"" }.count.isMultiple(of: 2))
            #expect(!filled.contains("  "))
            #expect(filled.contains("a-b") != type.queries.replacesPunctuation)
        }
    }

    @Test(
        "ask for the canary alone, in what each provider calls it",
        arguments: [
            (RouterType.istio, #"destination_workload_namespace="test",destination_workload=~"podinfo""#),
            (.nginx, #"namespace="test",ingress="web",canary!="""#),
            (.traefik, #"service=~"test-pod-canary-[0-9a-zA-Z-]+@kubernetescrd""#),
            (.contour, #"envoy_cluster_name=~"test_pod-canary_[0-9a-zA-Z-]+""#),
            (.gloo, #"envoy_cluster_name=~"test-pod-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+""#),
            (.kuma, #"service=~"pod-canary_test_svc_[0-9a-zA-Z-]+""#),
            (.apisix, #"route=~"test_route-pod-canary_.+""#),
            (.skipper, #"route=~"kube(ew)?_test__web_canary__.*__pod_canary(_[0-9]+)?""#),
            (.linkerd, #"namespace="test",deployment=~"podinfo",direction="inbound""#),
            (.osm, #"destination_namespace="test",destination_kind="Deployment",destination_name="podinfo""#),
        ])
    func labels(_ type: RouterType, _ labels: String) {
        let values = [
            "namespace": "test", "target": "podinfo", "service": "pod", "ingress": "web", "route": "route",
        ]
        for query in [type.queries.successRate, type.queries.duration] {
            let filled = query.replacing(/\{\{ (\w+) \}\}/) { values[String($0.1)] ?? "1m" }
            #expect(filled.contains(labels), "\(filled)")
        }
    }
}
