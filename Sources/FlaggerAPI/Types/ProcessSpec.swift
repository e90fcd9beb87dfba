/// What a `Process` runs.
public struct ProcessSpec: Codable, Equatable, Sendable {
    /// How many copies run; 1 by default.
    public var replicas = 1
    /// The program and its arguments; `$(PORT)` stands for the port to listen on.
    public var command: [String]
    /// Variables added to the environment, in order.
    public var env: [EnvironmentVariable] = []
    /// The directory it runs in, relative to the manifest's; nil means the manifest's.
    public var workingDirectory: String?
    /// Files whose change starts an analysis, relative to `workingDirectory`.
    public var configFiles: [String] = []
    /// How it tells that it is ready; nil means when its port accepts a connection.
    public var readinessProbe: ReadinessProbe?
    /// How long it may take to end after SIGTERM, in seconds; 10 by default.
    public var terminationGracePeriodSeconds = 10

    /// One variable of the environment.
    public struct EnvironmentVariable: Codable, Equatable, Sendable {
        /// The variable's name.
        public var name: String
        /// The variable's value; empty when absent.
        public var value = ""

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, value
        }

        /// A variable.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// Reads a variable; `name` is required.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            name = try fields.decode(String.self, forKey: .name)
            try fields.read(.value, into: &value)
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case replicas, command, env, workingDirectory, configFiles, readinessProbe
        case terminationGracePeriodSeconds
    }

    /// A program with its arguments.
    public init(command: [String], replicas: Int = 1) {
        self.command = command
        self.replicas = replicas
    }

    /// Reads a spec; `command` is required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.replicas, into: &replicas)
        command = try fields.decode([String].self, forKey: .command)
        try fields.read(.env, into: &env)
        try fields.read(.workingDirectory, into: &workingDirectory)
        try fields.read(.configFiles, into: &configFiles)
        try fields.read(.readinessProbe, into: &readinessProbe)
        try fields.read(.terminationGracePeriodSeconds, into: &terminationGracePeriodSeconds)
    }
}
