/// Bounds of the tasks that run at a time and of what is kept of them.
public struct TaskLimits: Sendable {
    /// How many tasks run at a time.
    public var running = 50
    /// How many more wait for their turn; beyond that, new ones are refused.
    public var queued = 1000
    /// How many bytes the payloads of running and waiting tasks may have together; beyond that, new ones are refused.
    public var heldBytes = 64 << 20
    /// A task that runs longer is ended.
    public var timeout: Duration = .seconds(3600)
    /// The time between TERM and KILL for a task that is ended.
    public var grace: Duration = .seconds(10)
    /// How many bytes of a task's output are kept, the last ones.
    public var outputBytes = 64 * 1024
    /// How many finished tasks are listed.
    public var finished = 100
    /// How long the result of an awaited task whose client had hung up is kept for the next call.
    public var keptResult: Duration = .seconds(3600)

    /// Creates the default limits.
    public init() {}
}

/// What tasks may do.
public struct TaskPermissions: Sendable {
    /// Which commands they may run.
    public var commands = AllowedCommands.all
    /// Which key files they may read.
    public var secrets = SecretFiles.anywhere

    /// Creates permissions to do everything.
    public init() {}
}
