import Delivery
import KubernetesClient
import Rollout

/// The controller's metrics in Prometheus' text format.
struct ControllerMetricsText {
    let metrics: ControllerMetrics

    var text: String {
        var lines: [String] = []
        let canaries = metrics.snapshot
        header(&lines, "flagger_info", "Version and mesh provider", "gauge")
        lines.append(
            "flagger_info{mesh_provider=\"\(escape(metrics.provider))\",version=\"\(escape(metrics.version))\"} 1"
        )
        header(&lines, "flagger_canary_total", "Total number of canaries per namespace", "gauge")
        for (namespace, members) in Dictionary(grouping: canaries, by: { $0.key.namespace ?? "" }).sorted(
            by: { $0.key < $1.key })
        {
            lines.append("flagger_canary_total{namespace=\"\(escape(namespace))\"} \(members.count)")
        }
        header(
            &lines, "flagger_canary_status",
            "Last canary analysis result: 0 running, 1 successful, 2 failed", "gauge")
        for (key, canary) in canaries {
            lines.append("flagger_canary_status{\(labels(key))} \(Self.code(canary.phase))")
        }
        header(&lines, "flagger_canary_weight", "Traffic weights by workload", "gauge")
        for (key, canary) in canaries {
            let namespace = escape(key.namespace ?? "")
            for (suffix, weight) in [("-primary", 100 - canary.weight), ("", canary.weight)] {
                lines.append(
                    "flagger_canary_weight{namespace=\"\(namespace)\",workload=\"\(escape(canary.target))\(suffix)\"} \(weight)"
                )
            }
        }
        header(
            &lines, "flagger_canary_metric_analysis", "Last canary analysis result per metric", "gauge")
        for (key, canary) in canaries {
            for (metric, value) in canary.measured.sorted(by: { $0.key < $1.key }) {
                lines.append(
                    "flagger_canary_metric_analysis{\(labels(key)),metric=\"\(escape(metric))\"} \(value)")
            }
        }
        outcomes(&lines, canaries)
        durations(&lines, canaries)
        return lines.joined(separator: "\n") + "\n"
    }

    private func outcomes(
        _ lines: inout [String], _ canaries: [(key: ObjectKey, canary: ControllerMetrics.Canary)]
    ) {
        let families = [
            ("flagger_canary_successes_total", "Total number of canary successes", true),
            ("flagger_canary_failures_total", "Total number of canary failures", false),
        ]
        for (name, help, isSuccess) in families {
            header(&lines, name, help, "counter")
            for (key, canary) in canaries {
                let counts = isSuccess ? canary.successes : canary.failures
                for (analysis, count) in counts.sorted(by: { $0.key < $1.key }) {
                    lines.append(
                        "\(name){\(labels(key)),deployment_strategy=\"\(canary.strategy)\",analysis_status=\"\(analysis)\"} \(count)"
                    )
                }
            }
        }
    }

    private func durations(
        _ lines: inout [String], _ canaries: [(key: ObjectKey, canary: ControllerMetrics.Canary)]
    ) {
        let name = "flagger_canary_duration_seconds"
        header(&lines, name, "Seconds spent performing canary analysis", "histogram")
        for (key, canary) in canaries {
            let labels = labels(key)
            for (bound, count) in zip(DurationHistogram.boundsInSeconds, canary.ticks.counts) {
                lines.append("\(name)_bucket{\(labels),le=\"\(bound)\"} \(count)")
            }
            lines.append("\(name)_bucket{\(labels),le=\"+Inf\"} \(canary.ticks.count)")
            lines.append("\(name)_sum{\(labels)} \(canary.ticks.sumInSeconds)")
            lines.append("\(name)_count{\(labels)} \(canary.ticks.count)")
        }
    }

    private func header(_ lines: inout [String], _ name: String, _ help: String, _ type: String) {
        lines.append("# HELP \(name) \(help)")
        lines.append("# TYPE \(name) \(type)")
    }

    private func labels(_ key: ObjectKey) -> String {
        "name=\"\(escape(key.name))\",namespace=\"\(escape(key.namespace ?? ""))\""
    }

    private func escape(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func code(_ phase: Phase?) -> Int {
        switch phase {
        case .initialized, .succeeded: 1
        case .failed: 2
        default: 0
        }
    }
}
