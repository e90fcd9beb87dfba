import FlaggerAPI
public import LoadTester
import Logging

/// What `aviary run` was asked to do.
public struct StandaloneOptions: Sendable {
    /// The YAML files with canaries and their targets.
    public var files: [String]
    /// Where the state is kept; created when missing.
    public var dataDirectory: String
    /// Where the API and the load tester listen.
    public var listen: Address
    /// Where the service ports are opened.
    public var bindAddress: String
    /// Names of the user's own: `host[:port]` and the address behind it.
    public var resolutions: [(name: String, address: Address)]
    /// Who may call the API, and what tasks may do.
    public var security: Security
    /// Where secrets are: `NAMESPACE/NAME/KEY`; nil where they are in the files alone.
    public var secretsDirectory: String?
    /// The Prometheus server of metrics with a `query` whose canary names none.
    public var metricsServer: String?
    /// How long requests in flight, tasks and processes may take to end.
    public var stopLimit: Duration
    /// The path of this very program, for `hey` and `sample-app` in commands.
    public var executable: String

    /// The security of the API and the load tester.
    public struct Security: Sendable {
        /// The file with the tokens that callers need; nil when they need none.
        public var tokenFile: String?
        /// Which commands tasks may run, and which key files they may read.
        public var permissions: TaskPermissions
        /// For which namespaces the load tester works.
        public var namespaces: NamespaceFilter

        /// Makes settings; by default everybody may do everything.
        public init(
            tokenFile: String? = nil, permissions: TaskPermissions = TaskPermissions(),
            namespaces: NamespaceFilter = .all
        ) {
            self.tokenFile = tokenFile
            self.permissions = permissions
            self.namespaces = namespaces
        }

        func accessControl(_ logger: Logger) throws -> AccessControl {
            guard let tokenFile else { return .none }
            return AccessControl(tokens: try TokenFile(path: tokenFile, logger: logger), callsItself: true)
        }
    }

    /// A host and a port.
    public struct Address: Sendable, Equatable {
        /// A name or an IP address.
        public var host: String
        /// 0 takes a free port.
        public var port: Int

        /// Makes an address.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// Reads `HOST:PORT`, `[HOST]:PORT` or `:PORT`; nil when it is none of them.
        public init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (0...65535).contains(port)
            else { return nil }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            self.init(host: host.isEmpty ? "0.0.0.0" : host, port: port)
        }
    }

    /// Makes options with the defaults of the command line.
    public init(
        files: [String], dataDirectory: String = ".aviary",
        listen: Address = Address(host: "127.0.0.1", port: 8080), bindAddress: String = "127.0.0.1",
        resolutions: [(name: String, address: Address)] = [], security: Security = Security(),
        secretsDirectory: String? = nil, metricsServer: String? = nil,
        stopLimit: Duration = .seconds(20), executable: String
    ) {
        self.files = files
        self.dataDirectory = dataDirectory
        self.listen = listen
        self.bindAddress = bindAddress
        self.resolutions = resolutions
        self.security = security
        self.secretsDirectory = secretsDirectory
        self.metricsServer = metricsServer
        self.stopLimit = stopLimit
        self.executable = executable
    }
    /// What manifests are checked by.
    var validation: ValidationOptions {
        var options = ValidationOptions(requiresProcess: true)
        options.metricsServer = metricsServer
        return options
    }
}
