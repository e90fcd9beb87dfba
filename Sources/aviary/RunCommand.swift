import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import Standalone

/// `aviary run FILE…`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run canaries and their processes on this machine, without Kubernetes.",
        discussion: """
            Each file holds Canary and Process documents. Saving a file is a deployment: the new revision gets \
            traffic step by step through the built-in proxy, and is promoted or rolled back.

            EXAMPLES
              aviary run podinfo.yaml
              aviary run podinfo.yaml --data-dir /var/lib/aviary --listen 127.0.0.1:8080
              aviary run podinfo.yaml --resolve telegram.bot:8080=127.0.0.1:9900 --output json
              aviary run podinfo.yaml --token-file tokens --allow-command 'hey [^;&|$`<>()]+'
              aviary run podinfo.yaml --secrets-dir /etc/aviary/secrets --metrics-server http://127.0.0.1:9090
            """)

    @Argument(help: ArgumentHelp("YAML files with canaries and processes.", valueName: "file"))
    var files: [String]
    @Option(help: ArgumentHelp("Where the state is kept.", valueName: "dir")) var dataDir = ".aviary"
    @Option(help: ArgumentHelp("Where the API and the load tester listen.", valueName: "host:port"))
    var listen = "127.0.0.1:8080"
    @Option(help: ArgumentHelp("The address on which service ports are opened.", valueName: "host"))
    var bind = "127.0.0.1"
    @Option(
        help: ArgumentHelp(
            "Let a name in hooks and tasks stand for an address; may be repeated.",
            valueName: "name=host:port"))
    var resolve: [String] = []
    @OptionGroup(title: "Access") var access: AccessOptions
    @Option(
        help: ArgumentHelp(
            "Where secrets are, one file a key: DIR/NAMESPACE/NAME/KEY. Secrets in the files come second. "
                + "Key files that hooks name (apiKeyPath) are read only below it.",
            valueName: "dir"))
    var secretsDir: String?
    @Option(
        help: ArgumentHelp(
            "The Prometheus server of metrics with a query; a canary's own metricsServer wins.",
            valueName: "url"))
    var metricsServer: String?
    @Option(name: .shortAndLong, help: "text or json (one event a line).") var output = OutputFormat.text
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel = LogLevel.warning

    /// Longer than canaries take to stop: only a client of the API that neither finishes nor goes is cut off.
    private static let shutdownLimit = Duration.seconds(30)

    func validate() throws {
        if files.isEmpty { throw ValidationError("name at least one file: aviary run podinfo.yaml") }
        _ = try options()
    }

    func run() async throws {
        var logger = Logger(label: "aviary") { LineLogHandler(label: $0) }
        // Log lines would tear the live view; what they tell of canaries is in the view.
        let isLive = output == .text && isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1
        logger.logLevel = isLive ? .critical : logLevel.level
        let output = output
        let (troubles, trouble) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingNewest(100))
        let program = try await StandaloneProgram(
            try options(), logger: logger,
            onListening: { RunView.tell(port: $0, output) },
            onTrouble: { isLive ? _ = trouble.yield($0) : RunView.tell(trouble: $0) })
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: program, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: RunView(output: output, program: program, troubles: troubles)),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.shutdownLimit
        let impatience = Task { await Impatience(daemon: program.daemon).wait() }
        defer { impatience.cancel() }
        try await ServiceGroup(configuration: configuration).run()
    }

    private func options() throws -> StandaloneOptions {
        guard let address = StandaloneOptions.Address(listen) else {
            throw ValidationError("--listen: use HOST:PORT such as 127.0.0.1:8080, was \(listen)")
        }
        if let metricsServer {
            let url = URL(string: metricsServer)
            guard ["http", "https"].contains(url?.scheme), url?.host?.isEmpty == false else {
                throw ValidationError(
                    "--metrics-server: use a URL such as http://127.0.0.1:9090, was \(metricsServer)")
            }
        }
        return StandaloneOptions(
            files: files, dataDirectory: dataDir, listen: address, bindAddress: bind,
            resolutions: try resolve.map(Self.resolution),
            security: .init(
                tokenFile: access.tokenFile,
                permissions: try access.permissions(secretsDirectory: secretsDir),
                namespaces: try access.namespaces()),
            secretsDirectory: secretsDir, metricsServer: metricsServer, executable: try Self.executable())
    }

    private static func resolution(_ text: String) throws -> (
        name: String, address: StandaloneOptions.Address
    ) {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let address = StandaloneOptions.Address(String(parts[1])) else {
            throw ValidationError("--resolve: use NAME=HOST:PORT or NAME:PORT=HOST:PORT, was \(text)")
        }
        return (String(parts[0]), address)
    }

    private static func executable() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }
}

/// How much is logged.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .warning }
}
