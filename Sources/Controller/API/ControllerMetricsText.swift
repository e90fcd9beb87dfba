import Exposition
import KubernetesClient
import Rollout

/// The controller's metrics in Prometheus' text format.
struct ControllerMetricsText {
    private typealias Canaries = [(key: ObjectKey, canary: ControllerMetrics.Canary)]

    let metrics: ControllerMetrics

    var text: String {
        var text = PrometheusText()
        let canaries = metrics.snapshot
        text.family("flagger_info", .gauge, "Version and mesh provider")
        text.sample(
            "flagger_info", [("mesh_provider", metrics.provider), ("version", metrics.version)], 1)
        totals(&text)
        states(&text, canaries)
        measurements(&text, canaries)
        outcomes(&text, canaries)
        let duration = "flagger_canary_duration_seconds"
        text.family(duration, .histogram, "Seconds spent performing canary analysis")
        for (key, canary) in canaries { text.samples(duration, labels(key), of: canary.ticks) }
        let lateness = "aviary_controller_tick_lateness_seconds"
        text.family(lateness, .histogram, "Seconds from when a tick was due to its begin, of all canaries")
        text.samples(lateness, [], of: metrics.lateness)
        return text.text
    }

    private func totals(_ text: inout PrometheusText) {
        let name = "flagger_canary_total"
        text.family(name, .gauge, "Total number of canaries per namespace")
        for (namespace, count) in metrics.totals {
            text.sample(name, [("namespace", namespace)], Double(count))
        }
    }

    private func states(_ text: inout PrometheusText, _ canaries: Canaries) {
        let status = "flagger_canary_status"
        text.family(status, .gauge, "Last canary analysis result: 0 running, 1 successful, 2 failed")
        for (key, canary) in canaries { text.sample(status, labels(key), Self.code(canary.phase)) }
        let weight = "flagger_canary_weight"
        text.family(weight, .gauge, "Traffic weights by workload")
        for (key, canary) in canaries {
            for (suffix, value) in [("-primary", 100 - canary.weight), ("", canary.weight)] {
                let labels = [("namespace", key.namespace ?? ""), ("workload", canary.target + suffix)]
                text.sample(weight, labels, Double(value))
            }
        }
    }

    private func measurements(_ text: inout PrometheusText, _ canaries: Canaries) {
        let name = "flagger_canary_metric_analysis"
        text.family(name, .gauge, "Last canary analysis result per metric")
        for (key, canary) in canaries {
            for (metric, value) in canary.measured.sorted(by: { $0.key < $1.key }) {
                text.sample(name, labels(key) + [("metric", metric)], value)
            }
        }
    }

    private func outcomes(_ text: inout PrometheusText, _ canaries: Canaries) {
        let families = [
            ("flagger_canary_successes_total", "Total number of canary successes", true),
            ("flagger_canary_failures_total", "Total number of canary failures", false),
        ]
        for (name, help, isSuccess) in families {
            text.family(name, .counter, help)
            for (key, canary) in canaries {
                let counts = isSuccess ? canary.successes : canary.failures
                for (analysis, count) in counts.sorted(by: { $0.key < $1.key }) {
                    let outcome = [("deployment_strategy", canary.strategy), ("analysis_status", analysis)]
                    text.sample(name, labels(key) + outcome, Double(count))
                }
            }
        }
    }

    private func labels(_ key: ObjectKey) -> [(String, String)] {
        [("name", key.name), ("namespace", key.namespace ?? "")]
    }

    private static func code(_ phase: Phase?) -> Double {
        switch phase {
        case .initialized, .succeeded: 1
        case .failed: 2
        default: 0
        }
    }
}
