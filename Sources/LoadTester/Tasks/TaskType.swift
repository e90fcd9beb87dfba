/// A kind of test task that a hook can ask for by `metadata.type`.
public protocol TaskType: Sendable {
    /// The value of `metadata.type` that asks for it.
    var name: String { get }
    /// Whether the hook is answered with the task's result; if not, it is answered when the task was
    /// accepted, and the task runs in the background.
    var isAwaited: Bool { get }
    /// Makes the work out of a payload.
    ///
    /// - Throws: ``LoadTesterError/taskRefused(reason:)``, which names the field and the fix.
    func makeWork(for payload: HookPayload) throws -> TaskWork
}

/// What a task does, not yet started.
public struct TaskWork: Sendable {
    /// Tells this work from all other of its canary and type; may hold secrets.
    public let identity: String
    /// The command as it would be typed into a shell, which `--allow-command` is asked about.
    public let command: String
    /// The command for people and logs; without secrets, as far as they can be recognised, and not long.
    let shown: String
    /// Does the work; ends soon after its task was cancelled, leaving nothing behind.
    public let perform: @Sendable (TaskContext) async -> TaskOutcome

    private static let mostShown = 4096

    /// Creates work.
    ///
    /// - Parameters:
    ///   - identity: without it, the command.
    ///   - shown: the command without secrets; without it, what is recognised as one is taken out of the command.
    public init(
        command: String, identity: String? = nil, shown: String? = nil,
        perform: @escaping @Sendable (TaskContext) async -> TaskOutcome
    ) {
        self.command = command
        self.identity = identity ?? command
        let clear = shown ?? Redaction.redacted(command)
        let count = clear.utf8.count
        self.shown =
            count <= Self.mostShown
            ? clear
            : String(decoding: clear.utf8.prefix(Self.mostShown), as: UTF8.self) + "… (\(count) bytes)"
        self.perform = perform
    }
}

/// What a task is given to do its work.
public struct TaskContext: Sendable {
    /// Variables added to the environment of the process.
    public let environment: [String: String]
    /// When the task has run that long, it is ended.
    public let timeout: Duration
    /// The time between asking processes to end and killing them.
    public let grace: Duration
    /// Takes what the task prints.
    public let output: OutputTail
    /// Reads the key files that payloads name.
    public let secrets: SecretFiles
}

/// Variables that the embedding daemon adds to the environment of every task.
public struct TaskEnvironment: Sendable {
    private let variables: @Sendable (_ canary: String, _ namespace: String) -> [String: String]

    /// Adds nothing.
    public static let none = TaskEnvironment { _, _ in [:] }

    /// Adds what the closure returns for a canary's name and namespace, `PATH` for example.
    public init(
        _ variables: @escaping @Sendable (_ canary: String, _ namespace: String) -> [String: String]
    ) {
        self.variables = variables
    }

    func callAsFunction(_ canary: String, _ namespace: String) -> [String: String] {
        variables(canary, namespace)
    }
}
