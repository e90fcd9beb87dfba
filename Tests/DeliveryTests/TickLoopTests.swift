import Delivery
import Synchronization
import Testing

@Suite("The loop of a canary's ticks", .timeLimit(.minutes(5)))
struct TickLoopTests {
    /// Runs a loop until the body returns; the body sees each tick as it begins.
    private func withLoop(
        interval: @escaping @Sendable () -> Duration, onTick: @escaping @Sendable () async -> Void = {},
        _ body: (TickLoop, inout AsyncStream<ContinuousClock.Instant>.Iterator) async throws -> Void
    ) async throws {
        let (ticks, begun) = AsyncStream<ContinuousClock.Instant>.makeStream()
        let loop = TickLoop(shortestPause: .zero, interval: interval) { due in
            begun.yield(due)
            await onTick()
        }
        let running = Task { await loop.run(after: .zero) }
        defer { running.cancel() }
        var iterator = ticks.makeAsyncIterator()
        try await body(loop, &iterator)
    }

    @Test("begins at once, and looks again when asked to, whatever the interval")
    func hurries() async throws {
        try await withLoop(interval: { .seconds(3600) }) { loop, ticks in
            _ = try #require(await ticks.next())
            let before = ContinuousClock.now
            loop.hurry()
            let due = try #require(await ticks.next())
            #expect(due >= before && due < before + .seconds(60))
        }
    }

    @Test("takes up a changed interval without waiting for the old one")
    func intervalChanges() async throws {
        let seconds = Atomic(3600)
        try await withLoop(interval: { .seconds(seconds.load(ordering: .relaxed)) }) { loop, ticks in
            _ = try #require(await ticks.next())
            seconds.store(0, ordering: .relaxed)
            loop.intervalChanged()
            _ = try #require(await ticks.next())
        }
    }

    @Test("never has two ticks at once, and a look asked for in a tick comes after it")
    func neverOverlaps() async throws {
        let running = Atomic(0)
        let most = Atomic(0)
        try await withLoop(
            interval: { .microseconds(50) },
            onTick: {
                let now = running.add(1, ordering: .relaxed).newValue
                most.max(now, ordering: .relaxed)
                await Task.yield()
                running.subtract(1, ordering: .relaxed)
            }
        ) { loop, ticks in
            for _ in 0..<200 {
                loop.hurry()
                _ = try #require(await ticks.next())
            }
        }
        #expect(most.load(ordering: .relaxed) == 1)
    }

    @Test("after a tick that took longer than the interval the next follows at once, the missed ones do not")
    func missedTicks() async throws {
        let isFirst = Atomic(true)
        try await withLoop(
            interval: { .milliseconds(40) },
            onTick: {
                guard isFirst.exchange(false, ordering: .relaxed) else { return }
                let start = ContinuousClock.now
                while ContinuousClock.now < start + .milliseconds(130) { await Task.yield() }
            }
        ) { _, ticks in
            let first = try #require(await ticks.next())
            let second = try #require(await ticks.next())
            let third = try #require(await ticks.next())
            #expect(second - first >= .milliseconds(40))
            // Counted from the second's late begin, not from when it was due.
            #expect(third - first >= .milliseconds(170))
        }
    }
}
