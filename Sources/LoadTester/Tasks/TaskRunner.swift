public import Foundation
public import Logging
public import ServiceLifecycle

/// Runs the tasks that hooks ask for: never one twice at a time, never more than the limits allow.
///
/// Tasks are started while ``run()`` runs. When it is asked to shut down, or is cancelled, it ends all
/// tasks and their process groups, answers those who wait, and returns within the limits' grace time.
public actor TaskRunner: Service {
    let limits: TaskLimits
    let types: TaskTypes
    let permissions: TaskPermissions
    let environment: TaskEnvironment
    let logger: Logger
    private let now: @Sendable () -> Date
    nonisolated let metrics: TaskMetrics

    private var jobs: [TaskKey: TaskJob] = [:]
    private var queue: [TaskKey] = []
    private var occupied = 0
    private var heldBytes = 0
    private var finished: [TaskRecord] = []
    private var kept: KeptOutcomes
    private var lastID = 0
    private var lastWaiter = 0
    private var isShuttingDown = false
    private let starts: AsyncStream<TaskKey>
    private let start: AsyncStream<TaskKey>.Continuation

    /// Creates a runner that starts nothing before ``run()``.
    public init(
        limits: TaskLimits = TaskLimits(), permissions: TaskPermissions = TaskPermissions(),
        types: TaskTypes = .all, environment: TaskEnvironment = .none, logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.limits = limits
        self.permissions = permissions
        self.types = types
        metrics = TaskMetrics(types: types)
        self.environment = environment
        self.logger = logger
        self.now = now
        kept = KeptOutcomes(lifetime: limits.keptResult, limit: limits.finished)
        (starts, start) = AsyncStream.makeStream()
    }

    /// Runs tasks until the service is shut down or cancelled, and then ends all of them.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.endOrphans() }
            for await key in starts.cancelOnGracefulShutdown() {
                group.addTask { await self.perform(key) }
            }
            shutDown()
            group.cancelAll()
        }
    }

    /// Starts the payload's task in the background, unless it is running or queued already.
    ///
    /// - Returns: Whether it was started or queued now.
    /// - Throws: ``LoadTesterError`` for a payload that names no possible task, a full queue, or a
    ///   shutdown.
    @discardableResult
    public func start(_ payload: HookPayload) throws -> Bool {
        let (type, work, key) = try task(for: payload)
        guard jobs[key] == nil else {
            metrics.suppressed(type.name)
            return false
        }
        try admit(key, payload, type, work)
        return true
    }

    /// Runs the payload's task and waits for its end.
    ///
    /// A task that runs already for the same revision is joined. Cancelling this call leaves the task
    /// running; when nobody waits for it at its end, its outcome is kept for the next call.
    /// - Throws: ``LoadTesterError`` as ``start(_:)``, `CancellationError` when cancelled.
    public func outcome(of payload: HookPayload) async throws -> TaskOutcome {
        let (type, work, key) = try task(for: payload)
        while let job = jobs[key], job.checksum != payload.checksum {
            // It tests another revision: its result says nothing about this one.
            _ = try await outcome(of: key)
        }
        if jobs[key] == nil {
            if let outcome = kept.take(key, payload.checksum, at: now()) { return outcome }
            try admit(key, payload, type, work)
        }
        return try await outcome(of: key)
    }

    /// All tasks that wait or run, and the last ones that have ended; oldest first.
    public func records() -> [TaskRecord] {
        finished + jobs.values.map(\.record).sorted { $0.id < $1.id }
    }

    private func task(for payload: HookPayload) throws -> (any TaskType, TaskWork, TaskKey) {
        let type = try types.type(for: payload)
        let work = try type.makeWork(for: payload)
        guard permissions.commands.allows(work.command) else { throw LoadTesterError.commandRefused }
        return (type, work, TaskKey(payload, type: type.name, work: work))
    }

    private func admit(
        _ key: TaskKey, _ payload: HookPayload, _ type: any TaskType, _ work: TaskWork
    ) throws {
        guard !isShuttingDown else { throw LoadTesterError.shuttingDown }
        guard occupied < limits.running || queue.count < limits.queued else {
            metrics.refused(type.name)
            throw LoadTesterError.taskQueueFull(limit: limits.queued)
        }
        let bytes = TaskJob.bytes(of: payload)
        guard heldBytes + bytes <= limits.heldBytes else {
            metrics.refused(type.name)
            throw LoadTesterError.taskMemoryFull(limit: limits.heldBytes)
        }
        heldBytes += bytes
        lastID += 1
        jobs[key] = TaskJob(
            id: lastID, key: key, payload: payload, work: work, isAwaited: type.isAwaited,
            output: OutputTail(limit: limits.outputBytes))
        queue.append(key)
        startQueued()
    }

    private func startQueued() {
        while occupied < limits.running, !queue.isEmpty {
            occupied += 1
            start.yield(queue.removeFirst())
        }
    }

    private func endOrphans() async {
        let count = await OrphanedTasks.end(grace: limits.grace)
        guard count > 0 else { return }
        logger.notice("ended what tasks of an earlier run had left", metadata: ["processes": "\(count)"])
    }

    private func perform(_ key: TaskKey) async {
        guard !isShuttingDown, var job = jobs[key] else { return }
        job.startedAt = now()
        jobs[key] = job
        metrics.started(key.type)
        logger.info("task started", metadata: job.logMetadata)
        let context = TaskContext(
            environment: environment(key.name, key.namespace), timeout: limits.timeout,
            grace: limits.grace, output: job.output, secrets: permissions.secrets)
        finish(key, await job.work.perform(context))
    }

    private func finish(_ key: TaskKey, _ outcome: TaskOutcome) {
        guard let job = jobs.removeValue(forKey: key) else { return }
        heldBytes -= job.bytes
        let date = now()
        if let startedAt = job.startedAt {
            occupied -= 1
            metrics.finished(key.type, outcome.result, seconds: date.timeIntervalSince(startedAt))
            finished.append(job.finishedRecord(outcome, startedAt: startedAt, at: date))
            if finished.count > limits.finished { finished.removeFirst() }
            job.log(outcome, to: logger)
        }
        if job.isAwaited, job.waiters.isEmpty, outcome.result != .stopped {
            kept.keep(outcome, for: key, job.checksum, at: date)
        }
        for waiter in job.waiters.values { waiter.resume(returning: outcome) }
        startQueued()
    }

    private func outcome(of key: TaskKey) async throws -> TaskOutcome {
        lastWaiter += 1
        let waiter = lastWaiter
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                jobs[key]?.waiters[waiter] = continuation
                if jobs[key] == nil { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            Task { await self.abandon(key, waiter) }
        }
    }

    private func abandon(_ key: TaskKey, _ waiter: Int) {
        jobs[key]?.waiters.removeValue(forKey: waiter)?.resume(throwing: CancellationError())
    }

    /// Refuses new tasks and gives up those that have not begun.
    private func shutDown() {
        isShuttingDown = true
        queue.removeAll()
        for key in jobs.filter({ $0.value.startedAt == nil }).keys { finish(key, TaskOutcome(.stopped)) }
    }
}
