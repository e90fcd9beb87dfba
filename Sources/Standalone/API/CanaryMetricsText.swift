import Delivery
import Exposition
import Rollout

/// The daemon's metrics in Prometheus' text format; names are the peer's where the peer has them.
struct CanaryMetricsText {
    /// One canary at one moment.
    struct Sample: Sendable {
        var key: CanaryKey
        var phase: String
        var weight: Int
        var traffic: [String: CanarySnapshot.Traffic]
        /// How long ticks took since the daemon started.
        var ticks: DurationHistogram

        fileprivate var labels: [(String, String)] { [("name", key.name), ("namespace", key.namespace)] }
    }

    let samples: [Sample]

    var text: String {
        var text = PrometheusText()
        let total = "flagger_canary_total"
        text.family(total, .gauge, "Total number of canaries per namespace")
        let byNamespace = Dictionary(grouping: samples, by: \.key.namespace)
        for (namespace, members) in byNamespace.sorted(by: { $0.key < $1.key }) {
            text.sample(total, [("namespace", namespace)], Double(members.count))
        }
        let status = "flagger_canary_status"
        text.family(status, .gauge, "Last canary analysis result: 0 running, 1 successful, 2 failed")
        for sample in samples { text.sample(status, sample.labels, Self.code(sample.phase)) }
        weights(&text)
        let duration = "flagger_canary_duration_seconds"
        text.family(duration, .histogram, "Seconds spent performing canary analysis")
        for sample in samples { text.samples(duration, sample.labels, of: sample.ticks) }
        requests(&text)
        return text.text
    }

    private func weights(_ text: inout PrometheusText) {
        let name = "flagger_canary_weight"
        text.family(name, .gauge, "The virtual service destination weight current value")
        for sample in samples {
            for (workload, weight) in [("-primary", 100 - sample.weight), ("", sample.weight)] {
                let labels = [("workload", sample.key.name + workload), ("namespace", sample.key.namespace)]
                text.sample(name, labels, Double(weight))
            }
        }
    }

    private func requests(_ text: inout PrometheusText) {
        let name = "aviary_requests_recent"
        text.family(name, .gauge, "Requests in the last ten seconds")
        for sample in samples {
            for (side, traffic) in sample.traffic.sorted(by: { $0.key < $1.key }) {
                text.sample(name, sample.labels + [("side", side)], Double(traffic.requests))
            }
        }
    }

    private static func code(_ phase: String) -> Double {
        switch Phase(rawValue: phase) {
        case .initialized, .succeeded: 1
        case .failed: 2
        default: 0
        }
    }
}
