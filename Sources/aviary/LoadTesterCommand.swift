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
            Answers the hooks of a Canary: /gate/…, /rollback/…, and tasks of the types cmd, bash, helm, \
            helmv3, kubectl, http, ngrinder and concord at /. The peer's flags may be written with one dash or two.

            A token is sent as Authorization: Bearer TOKEN; hooks, which cannot, put it into metadata.token. \
            /healthz needs none. With --client-ca, every connection needs a certificate, probes included.

            EXAMPLES
              aviary loadtester -port 9090 -timeout 1h -namespace-regexp '^(test|staging)$'
              aviary loadtester --data-dir /var/lib/aviary    # gates survive a restart
              aviary loadtester --token-file tokens --secrets-dir /etc/keys
              aviary loadtester --allow-command 'hey [^;&|$`<>()]+'
              aviary loadtester --tls-cert tls.crt --tls-key tls.key --client-ca ca.crt
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
        name: [.customLong("log-level"), .customLong("log-level", withSingleDash: true)],
        help: "debug, info, warning or error.", transform: readLogLevel)
    var logLevel: Logger.Level = .info

    @Option(
        name: [.customLong("data-dir"), .customLong("data-dir", withSingleDash: true)],
        help: "Keep the gates in a database in this directory; without it they are kept in memory.")
    var dataDirectory: String?

    @Option(
        help: ArgumentHelp("Read the key files that hooks name only below this directory.", valueName: "dir"))
    var secretsDir: String?

    @OptionGroup(title: "Limits") var limits: LoadTesterLimitOptions
    @OptionGroup(title: "Access") var access: AccessOptions
    @OptionGroup(title: "TLS") var tls: ServerTLSOptions

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port \(port) is not a TCP port: give a number from 0 to 65535")
        }
    }

    func run() async throws {
        LoadTesterServer.leaveCoresToTasks()
        LoggingSystem.bootstrap { LineLogHandler(label: $0) }
        var logger = Logger(label: "loadtester")
        logger.logLevel = logLevel
        let server = try makeServer(logger)
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = limits.gracePeriod + .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func makeServer(_ logger: Logger) throws -> LoadTesterServer {
        let gates = try dataDirectory.map { try GateStore.open(directory: $0) } ?? .inMemory()
        if !gates.isDurable {
            logger.warning("gates are kept in memory and closed by a restart: use --data-dir to keep them")
        }
        let tasks = TaskRunner(
            limits: limits.tasks, permissions: try access.permissions(secretsDirectory: secretsDir),
            logger: logger)
        let routes = LoadTesterRoutes(
            gates: gates, tasks: tasks, namespaceFilter: try access.namespaces(),
            access: try access.accessControl(logger), logger: logger)
        return LoadTesterServer(
            routes: routes, host: host, port: port, limits: limits.server, tls: try tls.makeTLS(logger))
    }
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
