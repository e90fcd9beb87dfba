import Delivery
import Rollout

/// The daemon's metrics in Prometheus' text format; names are the peer's where the peer has them.
struct PrometheusText {
    /// One canary at one moment.
    struct Sample: Sendable {
        var key: CanaryKey
        var phase: String
        var weight: Int
        var traffic: [String: CanarySnapshot.Traffic]
        /// How long ticks took since the daemon started.
        var ticks: DurationHistogram
    }

    let samples: [Sample]

    var text: String {
        var lines: [String] = []
        header(&lines, "flagger_canary_total", "Total number of canaries per namespace", "gauge")
        let byNamespace = Dictionary(grouping: samples, by: \.key.namespace)
        for (namespace, members) in byNamespace.sorted(by: { $0.key < $1.key }) {
            lines.append("flagger_canary_total{namespace=\"\(escape(namespace))\"} \(members.count)")
        }
        header(
            &lines, "flagger_canary_status",
            "Last canary analysis result: 0 running, 1 successful, 2 failed", "gauge")
        for sample in samples {
            lines.append("flagger_canary_status{\(labels(sample))} \(Self.code(sample.phase))")
        }
        header(
            &lines, "flagger_canary_weight", "The virtual service destination weight current value", "gauge")
        for sample in samples {
            let namespace = escape(sample.key.namespace)
            for (workload, weight) in [("-primary", 100 - sample.weight), ("", sample.weight)] {
                lines.append(
                    "flagger_canary_weight{workload=\"\(escape(sample.key.name))\(workload)\","
                        + "namespace=\"\(namespace)\"} \(weight)")
            }
        }
        durations(&lines)
        requests(&lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private func durations(_ lines: inout [String]) {
        header(
            &lines, "flagger_canary_duration_seconds", "Seconds spent performing canary analysis", "histogram"
        )
        for sample in samples {
            let labels = labels(sample)
            for (bound, count) in zip(DurationHistogram.boundsInSeconds, sample.ticks.counts) {
                lines.append("flagger_canary_duration_seconds_bucket{\(labels),le=\"\(bound)\"} \(count)")
            }
            lines.append(
                "flagger_canary_duration_seconds_bucket{\(labels),le=\"+Inf\"} \(sample.ticks.count)")
            lines.append("flagger_canary_duration_seconds_sum{\(labels)} \(sample.ticks.sumInSeconds)")
            lines.append("flagger_canary_duration_seconds_count{\(labels)} \(sample.ticks.count)")
        }
    }

    private func requests(_ lines: inout [String]) {
        header(&lines, "aviary_requests_recent", "Requests in the last ten seconds", "gauge")
        for sample in samples {
            for (side, traffic) in sample.traffic.sorted(by: { $0.key < $1.key }) {
                lines.append("aviary_requests_recent{\(labels(sample)),side=\"\(side)\"} \(traffic.requests)")
            }
        }
    }

    private func header(_ lines: inout [String], _ name: String, _ help: String, _ type: String) {
        lines.append("# HELP \(name) \(help)")
        lines.append("# TYPE \(name) \(type)")
    }

    private func labels(_ sample: Sample) -> String {
        "name=\"\(escape(sample.key.name))\",namespace=\"\(escape(sample.key.namespace))\""
    }

    private func escape(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func code(_ phase: String) -> Int {
        switch Phase(rawValue: phase) {
        case .initialized, .succeeded: 1
        case .failed: 2
        default: 0
        }
    }
}
