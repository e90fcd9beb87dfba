import ArgumentParser
import LoadTester

/// Bounds of the load tester on the command line.
struct LoadTesterLimitOptions: ParsableArguments {
    @Option(
        name: [.customLong("timeout"), .customLong("timeout", withSingleDash: true)],
        help: "End a task that runs longer, such as 1h or 90s.", transform: positiveDurationArgument)
    var timeout: Duration = .seconds(3600)

    @Option(
        help: "On shutdown, kill a task this long after asking it to end; after a time-out at most 1s.",
        transform: positiveDurationArgument)
    var gracePeriod: Duration = .seconds(10)

    @Option(help: "Run at most this many tasks at a time.") var maxTasks: Int = 50
    @Option(help: "Let this many more tasks wait; answer 429 beyond.") var maxQueuedTasks: Int = 1000
    @Option(help: "Keep this many bytes of a task's output, the last ones.") var maxOutputBytes: Int = 65536
    @Option(help: "Accept this many connections at a time.") var maxConnections: Int = 4096

    @Option(
        help: "Cut off a client whose request has not arrived within this time.",
        transform: positiveDurationArgument)
    var requestTimeout: Duration = .seconds(30)

    @Option(
        help: "Cut off a client that asks nothing, or takes no answer, for this long.",
        transform: positiveDurationArgument)
    var idleTimeout: Duration = .seconds(60)

    func validate() throws {
        guard maxTasks > 0 else { throw ValidationError("--max-tasks must be at least 1") }
        guard maxQueuedTasks >= 0 else { throw ValidationError("--max-queued-tasks must not be negative") }
        guard maxOutputBytes >= 0, maxOutputBytes <= 64 << 20 else {
            throw ValidationError("--max-output-bytes must be from 0 to \(64 << 20)")
        }
        guard maxConnections > 0 else { throw ValidationError("--max-connections must be at least 1") }
    }

    var tasks: TaskLimits {
        var limits = TaskLimits()
        limits.timeout = timeout
        limits.grace = gracePeriod
        limits.running = maxTasks
        limits.queued = maxQueuedTasks
        limits.outputBytes = maxOutputBytes
        return limits
    }

    var server: ServerLimits {
        var limits = ServerLimits()
        limits.request = requestTimeout
        limits.idle = idleTimeout
        limits.connections = maxConnections
        return limits
    }
}
