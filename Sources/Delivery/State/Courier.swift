public import Rollout
import Synchronization

/// Makes the calls that an outbox holds, without ever delaying the rollout: receivers side by side, the calls of one
/// receiver in order, each until it was answered or its retries are over.
public final class Courier: Sendable {
    /// Receivers called side by side.
    static let lanes = 8

    private let outbox: any Outbox
    private let caller: any HookCaller
    private let alerts: AlertSender?
    private let now: @Sendable () -> Timestamp
    private let pause: @Sendable (Duration) async throws -> Void
    private let onTrouble: @Sendable (String) async -> Void
    private let busy = Mutex<Set<String>>([])
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// Makes a courier; `run()` must run, or `drain()` be called, for anything to be delivered.
    ///
    /// - Parameters:
    ///   - outbox: what is owed.
    ///   - caller: calls the hooks.
    ///   - alerts: sends the alerts; without it they are taken off unsent.
    ///   - now: reads the wall clock.
    ///   - pause: waits until an outbox that failed is tried again; injected so that tests need no time.
    ///   - onTrouble: told when the outbox can't be read or written; tried again without end.
    public init(
        outbox: any Outbox, caller: any HookCaller, alerts: AlertSender? = nil,
        now: @escaping @Sendable () -> Timestamp,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        onTrouble: @escaping @Sendable (String) async -> Void = { _ in }
    ) {
        self.outbox = outbox
        self.caller = caller
        self.alerts = alerts
        self.now = now
        self.pause = pause
        self.onTrouble = onTrouble
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that something was committed; returns at once.
    public func wake() { signal.yield() }

    /// Delivers what is owed, from earlier lives as well, until the task is cancelled. A call that is under way then
    /// stays owed.
    public func run() async {
        await withDiscardingTaskGroup { group in
            wake()
            for await _ in signals {
                while let entry = await take() {
                    group.addTask {
                        await self.deliver(entry)
                        self.busy.withLock { _ = $0.remove(entry.call.receiver) }
                        self.wake()
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Delivers what is owed until nothing is left that this call could deliver, or the task is cancelled. A call that is
    /// under way then stays owed.
    ///
    /// In the place of `run()`: to be called whenever something is owed anew. Calls of it side by side share the work.
    public func drain() async {
        await withTaskGroup(of: Void.self) { group in
            repeat {
                while let entry = await take() {
                    group.addTask {
                        await self.deliver(entry)
                        self.busy.withLock { _ = $0.remove(entry.call.receiver) }
                    }
                }
            } while await group.next() != nil
        }
    }

    /// Makes the oldest call that waits, and returns when it is settled.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func deliverNext() async throws -> Bool {
        guard let entry = try await outbox.next(excluding: []) else { return false }
        await deliver(entry)
        return true
    }

    /// The next call of a receiver that is not being called, which counts as called from now on.
    private func take() async -> OutboxEntry? {
        var attempts = 0
        while !Task.isCancelled {
            let called = busy.withLock { $0 }
            guard called.count < Self.lanes else { return nil }
            do {
                guard let entry = try await outbox.next(excluding: called) else { return nil }
                let receiver = entry.call.receiver
                guard busy.withLock({ $0.insert(receiver).inserted }) else { continue }
                // Somebody may have made this very call between the look and the claim; from now on nobody can.
                if await isWaiting(entry, excluding: called) { return entry }
                busy.withLock { _ = $0.remove(receiver) }
            } catch {
                attempts += 1
                await rest(after: attempts, "what is owed can't be read: \(error)")
            }
        }
        return nil
    }

    private func isWaiting(_ entry: OutboxEntry, excluding called: Set<String>) async -> Bool {
        (try? await outbox.next(excluding: called))?.id == entry.id
    }

    private func deliver(_ entry: OutboxEntry) async {
        let outcome = await make(entry.call)
        // Interrupted, not answered: the next life makes the call again.
        guard !Task.isCancelled else { return }
        var attempts = 0
        while true {
            do {
                return try await outbox.settle(entry, outcome)
            } catch is CancellationError {
                return
            } catch {
                attempts += 1
                await rest(after: attempts, "a call was made and can't be taken off the outbox: \(error)")
                guard !Task.isCancelled else { return }
            }
        }
    }

    private static let rests = RetryPolicy(first: .seconds(1), longest: .seconds(5))

    private func rest(after attempts: Int, _ trouble: String) async {
        if attempts == 1 { await onTrouble(trouble) }
        try? await pause(Self.rests.pause(after: attempts, retryAfter: nil))
    }

    private func make(_ call: OwedCall) async -> HistoryEntry {
        switch call {
        case .alert(let message):
            let record =
                await alerts?.send(message)
                ?? HookRecord(
                    type: "alert", name: message.name, url: "\(message.provider)", phase: message.phase,
                    outcome: HookOutcome(error: "nothing here sends alerts", attempts: 0))
            return HistoryEntry(
                time: now(), phase: Phase(rawValue: message.phase), checksum: message.checksum,
                kind: .called(record))
        case .eventHook(let name, let endpoint, let payload):
            let outcome = await caller.call(endpoint, payload: payload)
            let record = HookRecord(
                type: HookType.event.wireName, name: name, url: endpoint.url, phase: payload.phase,
                outcome: outcome)
            return HistoryEntry(
                time: now(), phase: Phase(rawValue: payload.phase), checksum: payload.checksum,
                kind: .called(record))
        }
    }
}
