import Delivery
import Exposition
import Logging
import Rollout
import Synchronization

/// Ticks one canary: every `analysis.interval`, and at once when something is worth a look.
///
/// Ticks never overlap, whatever happens to the interval.
final class CanaryRunner: Sendable {
    private let interpreter: Interpreter
    private let loop: Mutex<TickLoop?> = Mutex(nil)
    private let definition: Mutex<CanaryDefinition>
    private let lastStatus: Mutex<RolloutStatus>
    private let pendingAbort = Mutex<String?>(nil)
    private let lastTrouble = Mutex<String?>(nil)
    private let durations = Mutex(DurationHistogram())
    private let logger: Logger
    private let onTrouble: @Sendable (String) async -> Void

    /// Waits this long at most while a first primary is awaited, whatever the interval.
    static let eager = Duration.milliseconds(500)

    init(
        interpreter: Interpreter, definition: CanaryDefinition, status: RolloutStatus, logger: Logger,
        onTrouble: @escaping @Sendable (String) async -> Void
    ) {
        self.interpreter = interpreter
        self.definition = Mutex(definition)
        self.lastStatus = Mutex(status)
        self.logger = logger
        self.onTrouble = onTrouble
        let loop = TickLoop(shortestPause: .zero) { [weak self] in
            self?.interval ?? Self.eager
        } tick: { [weak self] _ in
            await self?.tick()
        }
        self.loop.withLock { $0 = loop }
    }

    /// The status after the last tick.
    var status: RolloutStatus { lastStatus.withLock { $0 } }

    /// Why the last tick could not do or keep all it should; nil when it could.
    var trouble: String? { lastTrouble.withLock { $0 } }

    /// What the user asked for, as last loaded.
    var current: CanaryDefinition { definition.withLock { $0 } }

    /// How long ticks took since the daemon started.
    var tickDurations: DurationHistogram { durations.withLock { $0 } }

    /// Takes a changed Canary resource; in force with the next tick, a changed interval at once.
    func follow(_ definition: CanaryDefinition) {
        self.definition.withLock { $0 = definition }
        loop.withLock { $0 }?.intervalChanged()
    }

    /// Looks at once, unless a rollout is under way, which keeps its interval.
    func poke() {
        let phase = status.phase
        if phase == nil || phase == .initializing || phase?.isAtRest == true { hurry() }
    }

    /// Looks at once, whatever is under way: somebody asked for it.
    func hurry() { loop.withLock { $0 }?.hurry() }

    /// Fails the rollout under way at once, and returns when that is durable.
    ///
    /// - Throws: `StandaloneError.abortPending` when no tick has done it within a minute.
    func abort(_ reason: String) async throws {
        pendingAbort.withLock { $0 = reason }
        hurry()
        let deadline = ContinuousClock.now + .seconds(60)
        while pendingAbort.withLock({ $0 }) != nil {
            guard ContinuousClock.now < deadline else {
                throw StandaloneError.abortPending(current.plan.names.canary)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Ticks until the task is cancelled.
    func run() async {
        let loop = loop.withLock { $0 }
        await loop?.run(after: .zero)
    }

    private var interval: Duration {
        let isInitializing = status.phase == nil || status.phase == .initializing
        return isInitializing ? min(Self.eager, current.interval) : current.interval
    }

    private func tick() async {
        var definition = current
        let abort = pendingAbort.withLock { $0 }
        if let abort { definition.plan.abortReason = abort }
        await look(definition)
        if abort != nil, status.phase?.asksRollback != true { pendingAbort.withLock { $0 = nil } }
    }

    private func look(_ definition: CanaryDefinition) async {
        let start = ContinuousClock.now
        defer { durations.withLock { $0.add(ContinuousClock.now - start) } }
        do {
            let outcome = try await interpreter.tick(definition)
            lastStatus.withLock { $0 = outcome.durable }
            await note(outcome.trouble.map { "\($0)" })
        } catch is CancellationError {
        } catch {
            await note("\(error)")
        }
    }

    /// Logs a trouble with every tick that has it, and tells it once.
    private func note(_ trouble: String?) async {
        let isNew = lastTrouble.withLock { last in
            defer { last = trouble }
            return last != trouble
        }
        guard let trouble else { return }
        logger.error(
            "tick failed", metadata: ["canary": "\(current.plan.names.canary)", "error": "\(trouble)"])
        if isNew { await onTrouble(trouble) }
    }
}
