import Delivery
import FlaggerAPI
import JSON
import KubernetesClient
import Testing

@testable import Controller

/// What a Prometheus is asked for the builtin metrics: for a canary whose objects have the usual names, the peer's
/// queries, the order of labels left aside.
@Suite("The builtin metrics of a provider")
struct BuiltinQueryTests {
    /// A provider's queries as the peer sends them, and what a duration of 0.25 means in milliseconds.
    struct Expectation: Sendable, CustomTestStringConvertible {
        var provider: String
        var successRate: String
        var duration: String
        var milliseconds: Double

        var testDescription: String { provider }
    }

    @Test("are asked for as on the peer", arguments: Expectation.all)
    func queries(_ expected: Expectation) async throws {
        let prometheus = try await PrometheusStandIn()
        let client = HTTPServerClient()
        let metrics = try Self.metrics(of: expected.provider, from: prometheus, client)
        let checks = try CanaryDefinition(Self.canary).metrics
        try await metrics.verify(checks)
        let rate = try await metrics.value(of: checks[0])
        let duration = try await metrics.value(of: checks[1])
        await client.shutdown()
        await prometheus.stop()
        #expect(rate == 99.5)
        #expect(duration == expected.milliseconds)
        let asked = prometheus.queries.filter { $0 != "vector(1)" }.map(\.withSortedLabels)
        #expect(asked == [expected.successRate.withSortedLabels, expected.duration.withSortedLabels])
    }

    @Test("are known for every provider there is")
    func complete() {
        let tested = Set(Expectation.all.compactMap { RouterType.named($0.provider)?.providers })
        // The versions of the Service Mesh Interface differ in their objects alone.
        let all = RouterType.all.map(\.providers).filter {
            !["smi:v1alpha2", "smi:v1alpha3"].contains($0[0])
        }
        #expect(tested == Set(all))
    }

    private static let canary: Canary = {
        let json: JSONValue = [
            "metadata": ["name": "podinfo", "namespace": "test"],
            "spec": [
                "targetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"],
                "service": ["port": 9898],
                "analysis": [
                    "interval": "1m", "threshold": 5, "stepWeight": 10,
                    "metrics": [
                        ["name": "request-success-rate", "interval": "1m", "thresholdRange": ["min": 99]],
                        ["name": "request-duration", "interval": "1m", "thresholdRange": ["max": 500]],
                    ],
                ],
            ],
        ]
        let reading = CanaryReading(KubernetesObject(json: json), minimumInterval: .seconds(1))
        return reading.specified!.canary
    }()

    private static func metrics(
        of provider: String, from prometheus: PrometheusStandIn, _ client: HTTPServerClient
    ) throws -> ClusterMetrics {
        let type = try #require(RouterType.named(provider))
        return ClusterMetrics(
            provider: provider, queries: type.queries, canary: canary, defaultServer: prometheus.url,
            resources: NoReferencedResources(), client: client, revision: { "podinfo-00002" })
    }
}

extension String {
    /// The query with the labels of each selector in order.
    fileprivate var withSortedLabels: String {
        replacing(/\{([^}]*)\}/) { selector in
            "{" + selector.1.split(separator: ",").sorted().joined(separator: ",") + "}"
        }
    }
}

extension BuiltinQueryTests.Expectation {
    static let kubernetes = Self(
        provider: "kubernetes",
        successRate:
            #"sum(rate(http_request_duration_seconds_count{kubernetes_namespace="test",kubernetes_pod_name=~"podinfo-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)",status!~"5.*"}[1m]))/sum(rate(http_request_duration_seconds_count{kubernetes_namespace="test",kubernetes_pod_name=~"podinfo-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"}[1m]))*100"#,
        duration:
            #"histogram_quantile(0.99,sum(rate(http_request_duration_seconds_bucket{kubernetes_namespace="test",kubernetes_pod_name=~"podinfo-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"}[1m]))by(le))"#,
        milliseconds: 250)

    static let linkerd = Self(
        provider: "linkerd",
        successRate:
            #"sum(rate(response_total{namespace="test",deployment=~"podinfo",direction="inbound",classification!="failure"}[1m]))/sum(rate(response_total{namespace="test",deployment=~"podinfo",direction="inbound"}[1m]))*100"#,
        duration:
            #"histogram_quantile(0.99,sum(rate(response_latency_ms_bucket{namespace="test",deployment=~"podinfo",direction="inbound"}[1m]))by(le))"#,
        milliseconds: 0.25)

    /// The same queries, for another provider.
    func of(_ provider: String) -> Self {
        var copy = self
        copy.provider = provider
        return copy
    }

    static let all = [
        kubernetes,
        kubernetes.of("gatewayapi:v1"),
        kubernetes.of("gatewayapi:v1beta1"),
        Self(
            provider: "istio",
            successRate:
                #"sum(rate(istio_requests_total{reporter="destination",destination_workload_namespace="test",destination_workload=~"podinfo",response_code!~"5.*"}[1m]))/sum(rate(istio_requests_total{reporter="destination",destination_workload_namespace="test",destination_workload=~"podinfo"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload_namespace="test",destination_workload=~"podinfo"}[1m]))by(le))"#,
            milliseconds: 0.25),
        Self(
            provider: "nginx",
            successRate:
                #"sum(rate(nginx_ingress_controller_requests{namespace="test",ingress="podinfo",canary!="",status!~"5.*"}[1m]))/sum(rate(nginx_ingress_controller_requests{namespace="test",ingress="podinfo",canary!=""}[1m]))*100"#,
            duration:
                #"sum(rate(nginx_ingress_controller_response_duration_seconds_sum{namespace="test",ingress="podinfo",canary!=""}[1m]))/sum(rate(nginx_ingress_controller_response_duration_seconds_count{namespace="test",ingress="podinfo",canary!=""}[1m]))*1000"#,
            milliseconds: 0.25),
        Self(
            provider: "traefik",
            successRate:
                #"sum(rate(traefik_service_request_duration_seconds_bucket{service=~"test-podinfo-canary-[0-9a-zA-Z-]+@kubernetescrd",code!~"5..",le="+Inf"}[1m]))/sum(rate(traefik_service_request_duration_seconds_bucket{service=~"test-podinfo-canary-[0-9a-zA-Z-]+@kubernetescrd",le="+Inf"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(traefik_service_request_duration_seconds_bucket{service=~"test-podinfo-canary-[0-9a-zA-Z-]+@kubernetescrd"}[1m]))by(le))*1000"#,
            milliseconds: 0.25),
        Self(
            provider: "contour",
            successRate:
                #"sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name=~"test_podinfo-canary_[0-9a-zA-Z-]+",envoy_response_code!~"5.*"}[1m]))/sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name=~"test_podinfo-canary_[0-9a-zA-Z-]+"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=~"test_podinfo-canary_[0-9a-zA-Z-]+"}[1m]))by(le))"#,
            milliseconds: 0.25),
        Self(
            provider: "gloo",
            successRate:
                #"sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name=~"test-podinfo-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+",envoy_response_code!~"5.*"}[1m]))/sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name=~"test-podinfo-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=~"test-podinfo-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"}[1m]))by(le))"#,
            milliseconds: 0.25),
        Self(
            provider: "kuma",
            successRate:
                #"sum(rate(envoy_cluster_upstream_rq{service=~"podinfo-canary_test_svc_[0-9a-zA-Z-]+",envoy_response_code!~"5.*"}[1m]))/sum(rate(envoy_cluster_upstream_rq{service=~"podinfo-canary_test_svc_[0-9a-zA-Z-]+"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(envoy_cluster_upstream_rq_time_bucket{service=~"podinfo-canary_test_svc_[0-9a-zA-Z-]+"}[1m]))by(le))"#,
            milliseconds: 0.25),
        Self(
            provider: "knative",
            successRate:
                #"sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name=~"test/podinfo-00002",envoy_response_code!~"5.*"}[1m]))/sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name=~"test/podinfo-00002"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=~"test/podinfo-00002"}[1m]))by(le))"#,
            milliseconds: 0.25),
        linkerd,
        linkerd.of("smi:v1alpha1"),
        Self(
            provider: "osm",
            successRate:
                #"sum(rate(osm_request_total{destination_namespace="test",destination_kind="Deployment",destination_name="podinfo",response_code!~"5.*"}[1m]))/sum(rate(osm_request_total{destination_namespace="test",destination_kind="Deployment",destination_name="podinfo"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(osm_request_duration_ms_bucket{destination_namespace="test",destination_kind="Deployment",destination_name="podinfo"}[1m]))by(le))"#,
            milliseconds: 0.25),
        Self(
            provider: "skipper",
            successRate:
                #"sum(rate(skipper_response_duration_seconds_bucket{route=~"kube(ew)?_test__podinfo_canary__.*__podinfo_canary(_[0-9]+)?",code!~"5..",le="+Inf"}[1m]))/sum(rate(skipper_response_duration_seconds_bucket{route=~"kube(ew)?_test__podinfo_canary__.*__podinfo_canary(_[0-9]+)?",le="+Inf"}[1m]))*100"#,
            duration:
                #"sum(rate(skipper_serve_route_duration_seconds_sum{route=~"kube(ew)?_test__podinfo_canary__.*__podinfo_canary(_[0-9]+)?"}[1m]))/sum(rate(skipper_serve_route_duration_seconds_count{route=~"kube(ew)?_test__podinfo_canary__.*__podinfo_canary(_[0-9]+)?"}[1m]))*1000"#,
            milliseconds: 0.25),
        Self(
            provider: "apisix",
            successRate:
                #"sum(rate(apisix_http_status{route=~"test_podinfo-podinfo-canary_.+",code!~"5.."}[1m]))/sum(rate(apisix_http_status{route=~"test_podinfo-podinfo-canary_.+"}[1m]))*100"#,
            duration:
                #"histogram_quantile(0.99,sum(rate(apisix_http_latency_bucket{type=~"request",route=~"test_podinfo-podinfo-canary_.+"}[1m]))by(le))"#,
            milliseconds: 0.25),
    ]
}
