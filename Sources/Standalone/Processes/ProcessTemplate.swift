/// What each replica of a process runs.
public struct ProcessTemplate: Sendable, Equatable, Codable {
    /// One environment variable; its value may refer to earlier ones as `$(NAME)`.
    public struct Variable: Sendable, Equatable, Codable {
        /// The variable's name.
        public var name: String
        /// The value, before references are expanded.
        public var value: String

        /// Creates a variable.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The program and its arguments; `$(NAME)` stands for an environment variable, `$$(NAME)` for itself.
    public var command: [String]
    /// Added to the environment that Aviary itself has, in this order.
    public var environment: [Variable]
    /// Where the process starts; Aviary's own working directory when `nil`.
    public var workingDirectory: String?
    /// How a replica shows that it can serve.
    public var readinessProbe: ReadinessProbe
    /// Time between SIGTERM and SIGKILL; 10 s by default.
    public var terminationGracePeriod: Duration

    /// Creates a template.
    public init(
        command: [String], environment: [Variable] = [], workingDirectory: String? = nil,
        readinessProbe: ReadinessProbe = ReadinessProbe(),
        terminationGracePeriod: Duration = .seconds(10)
    ) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.readinessProbe = readinessProbe
        self.terminationGracePeriod = terminationGracePeriod
    }

    /// A stable digest of what is executed (command, environment, directory), for records and comparison.
    public var hash: String {
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ text: String) {
            for byte in text.utf8 + [0] { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        mix("command \(command.count)")
        command.forEach(mix)
        mix("environment \(environment.count)")
        environment.forEach {
            mix($0.name); mix($0.value)
        }
        mix(workingDirectory ?? "")
        return String(digest, radix: 16)
    }

    /// Throws `StandaloneError.invalidProcess` for the first field that cannot be used.
    public func validate() throws {
        func refuse(_ field: String, _ problem: String, _ fix: String) throws {
            throw StandaloneError.invalidProcess(field: field, problem: problem, fix: fix)
        }
        if command.first?.isEmpty ?? true {
            try refuse("command", "is empty", "name the program to run and its arguments")
        }
        if command.contains(where: { $0.utf8.contains(0) }) {
            try refuse("command", "contains a NUL character", "remove it")
        }
        for (index, variable) in environment.enumerated() {
            if variable.name.isEmpty || variable.name.contains("=") || variable.name.utf8.contains(0) {
                try refuse(
                    "env[\(index)].name", "\"\(variable.name)\" is not a variable name",
                    "use letters, digits and _")
            }
            if variable.value.utf8.contains(0) {
                try refuse("env[\(index)].value", "contains a NUL character", "remove it")
            }
        }
        if terminationGracePeriod < .zero {
            try refuse("terminationGracePeriodSeconds", "must not be negative", "use 0 or more")
        }
        try readinessProbe.validate()
    }
}
