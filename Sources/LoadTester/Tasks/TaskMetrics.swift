import Exposition
import Synchronization

/// Counts tasks by type, in the text format of Prometheus.
final class TaskMetrics: Sendable {
    private struct Counts {
        var started = 0
        var running = 0
        var failed = 0
        var timedOut = 0
        var stopped = 0
        var suppressed = 0
        var refused = 0
        var durations = DurationHistogram(
            boundsInSeconds: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600])
    }

    private let counts: Mutex<[String: Counts]>

    /// Knows the types from the start, so that a rate over their counters has a first value.
    init(types: TaskTypes) {
        counts = Mutex(Dictionary(uniqueKeysWithValues: types.names.map { ($0, Counts()) }))
    }

    func started(_ type: String) {
        change(type) {
            $0.started += 1
            $0.running += 1
        }
    }

    func suppressed(_ type: String) { change(type) { $0.suppressed += 1 } }

    func refused(_ type: String) { change(type) { $0.refused += 1 } }

    func finished(_ type: String, _ result: TaskOutcome.Result, seconds: Double) {
        change(type) {
            $0.running -= 1
            $0.durations.add(seconds: seconds)
            switch result {
            case .succeeded: break
            case .failed: $0.failed += 1
            case .timedOut: $0.timedOut += 1
            case .stopped: $0.stopped += 1
            }
        }
    }

    func write(to text: inout PrometheusText) {
        let counts = counts.withLock { $0 }.sorted { $0.key < $1.key }
        func family(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (Counts) -> Int) {
            text.family("aviary_loadtester_\(name)", kind, help)
            for (type, counts) in counts {
                text.sample("aviary_loadtester_\(name)", [("type", type)], Double(value(counts)))
            }
        }
        family("tasks_started_total", .counter, "Tasks started.", \.started)
        family("tasks_running", .gauge, "Tasks that run now.", \.running)
        family("tasks_failed_total", .counter, "Tasks that failed.", \.failed)
        family("tasks_timed_out_total", .counter, "Tasks ended by their time-out.", \.timedOut)
        family("tasks_stopped_total", .counter, "Tasks ended by a shutdown.", \.stopped)
        family("tasks_suppressed_total", .counter, "Tasks not started, as they ran already.", \.suppressed)
        family("tasks_refused_total", .counter, "Tasks refused, as the queue was full.", \.refused)
        let seconds = "aviary_loadtester_task_seconds"
        text.family(seconds, .histogram, "How long finished tasks have run.")
        for (type, counts) in counts { text.samples(seconds, [("type", type)], of: counts.durations) }
    }

    private func change(_ type: String, _ body: (inout Counts) -> Void) {
        counts.withLock { body(&$0[type, default: Counts()]) }
    }
}
