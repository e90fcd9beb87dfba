import ArgumentParser
import LoadTester
import Logging
import ServiceLifecycle

/// `aviary loadtester`: gates and test tasks as a server of its own.
struct LoadTesterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loadtester",
        abstract: "Serve gates and run test tasks for rollouts.",
        discussion: """
            Answers the hooks of a Canary: /gate/…, /rollback/…, and tasks of the types cmd, bash, helm,
            helmv3 and kubectl at /. Flags may be written with one dash or two.

            EXAMPLES
              aviary loadtester -port 9090 -timeout 1h -namespace-regexp '^(test|staging)$'
              aviary loadtester --data-dir /var/lib/aviary    # gates survive a restart
              curl -d '{"name":"podinfo","namespace":"test"}' http://127.0.0.1:9090/gate/open
            """)

    @Option(
        name: [.customLong("port"), .customLong("port", withSingleDash: true)],
        help: "The TCP port to listen on; 0 for any free one.")
    var port: Int = 9090

    @Option(
        name: [.customLong("host"), .customLong("host", withSingleDash: true)],
        help: "The address to listen on.")
    var host: String = "0.0.0.0"

    @Option(
        name: [.customLong("timeout"), .customLong("timeout", withSingleDash: true)],
        help: "End a task that runs longer, such as 1h or 90s.", transform: readDuration)
    var timeout: Duration = .seconds(3600)

    @Option(
        name: [
            .customLong("namespace-regexp"), .customLong("namespace-regexp", withSingleDash: true),
        ],
        help: "Work only for namespaces in which this regular expression is found.")
    var namespaceRegexp: String = ""

    @Option(
        name: [.customLong("log-level"), .customLong("log-level", withSingleDash: true)],
        help: "debug, info, warning or error.", transform: readLogLevel)
    var logLevel: Logger.Level = .info

    @Option(
        name: [.customLong("data-dir"), .customLong("data-dir", withSingleDash: true)],
        help: "Keep the gates in a database in this directory; without it they are kept in memory.")
    var dataDirectory: String?

    @Option(
        name: .customLong("grace-period"),
        help: "On shutdown, and after a time-out, kill a task this long after asking it to end.",
        transform: readDuration)
    var gracePeriod: Duration = .seconds(10)

    @Option(name: .customLong("max-tasks"), help: "Run at most this many tasks at a time.")
    var maxTasks: Int = 50

    @Option(
        name: .customLong("max-queued-tasks"),
        help: "Let this many more tasks wait; answer 429 beyond.")
    var maxQueuedTasks: Int = 1000

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port \(port) is not a TCP port: give a number from 0 to 65535")
        }
        guard maxTasks > 0 else { throw ValidationError("--max-tasks must be at least 1") }
        guard maxQueuedTasks >= 0 else { throw ValidationError("--max-queued-tasks must not be negative") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "loadtester")
        logger.logLevel = logLevel
        let server = try makeServer(logger)
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = gracePeriod + .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func makeServer(_ logger: Logger) throws -> LoadTesterServer {
        var limits = TaskLimits()
        limits.timeout = timeout
        limits.grace = gracePeriod
        limits.running = maxTasks
        limits.queued = maxQueuedTasks
        let gates = try dataDirectory.map { try GateStore.open(directory: $0) } ?? .inMemory()
        if !gates.isDurable {
            logger.warning("gates are kept in memory and closed by a restart: use --data-dir to keep them")
        }
        let routes = LoadTesterRoutes(
            gates: gates, tasks: TaskRunner(limits: limits, logger: logger),
            namespaceFilter: try NamespaceFilter(pattern: namespaceRegexp), logger: logger)
        return LoadTesterServer(routes: routes, host: host, port: port)
    }
}

@Sendable private func readDuration(_ text: String) throws -> Duration {
    guard let duration = WrittenDuration.parse(text), duration > .zero else {
        throw ValidationError("\"\(text)\" is not a duration: write for example 1h, 90s or 1m30s")
    }
    return duration
}

@Sendable private func readLogLevel(_ text: String) throws -> Logger.Level {
    switch text {
    case "warn": return .warning
    case "panic", "fatal": return .critical
    default:
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("\"\(text)\" is not a log level: use debug, info, warning or error")
        }
        return level
    }
}
