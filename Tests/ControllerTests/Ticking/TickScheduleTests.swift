import Exposition
import KubernetesTesting
import Randomness
import Synchronization
import Testing

@testable import Controller

@Suite("The schedule of ticks")
final class TickScheduleTests: Sendable {
    /// Notes when it was ticked; a tick lasts until it is let go.
    private final class Probe: Ticker {
        struct State {
            var begun: [Duration] = []
            var isTicking = false
            var mayEnd: Bool
        }
        let interval: Duration
        let isStarting: Bool
        private let clock: ManualClock
        let state: Mutex<State>

        init(
            _ clock: ManualClock, every interval: Duration, isQuick: Bool = true, isStarting: Bool = false
        ) {
            (self.clock, self.interval, self.isStarting) = (clock, interval, isStarting)
            state = Mutex(State(mayEnd: isQuick))
        }

        var begun: [Duration] { state.withLock { $0.begun } }

        func letGo() { state.withLock { $0.mayEnd = true } }

        func tick() async {
            state.withLock { state in
                #expect(!state.isTicking, "ticks of one overlap")
                state.isTicking = true
                state.begun.append(clock.elapsed)
            }
            while !state.withLock({ $0.mayEnd }), !Task.isCancelled { await Task.yield() }
            state.withLock { $0.isTicking = false }
        }
    }

    private let clock = ManualClock()
    private let delays = Mutex<[Duration]>([])

    private func schedule(limit: Int = 10) -> TickSchedule {
        TickSchedule(limit: limit, clock: clock) { [self] delay in
            delays.withLock { $0.append(delay) }
        }
    }

    /// Runs a schedule beside the test.
    private func running(_ schedule: TickSchedule, _ test: () async throws -> Void) async throws {
        let task = Task { await schedule.run() }
        defer { task.cancel() }
        try await test()
        task.cancel()
        await task.value
    }

    /// Moves the clock by a second when all that was due has been ticked.
    private func pass(_ seconds: Int, _ schedule: TickSchedule) async throws {
        for _ in 0...seconds {
            let limit = ContinuousClock.now + .seconds(60)
            while (schedule.next ?? .zero) <= clock.elapsed {
                try #require(ContinuousClock.now < limit, "what is due is not ticked")
                await Task.yield()
            }
            clock.advance(by: .seconds(1))
        }
    }

    @Test("ticks at once when it is added without a delay, then every interval")
    func regular() async throws {
        let (schedule, probe) = (schedule(), Probe(clock, every: .seconds(10)))
        try await running(schedule) {
            schedule.add(probe, after: .zero)
            try await pass(25, schedule)
            #expect(probe.begun == [.zero, .seconds(10), .seconds(20)])
        }
    }

    @Test("spreads those that are added together by their second tick")
    func spread() async throws {
        let (schedule, probe) = (schedule(), Probe(clock, every: .seconds(10)))
        try await running(schedule) {
            schedule.add(probe, after: .seconds(1), firstInterval: .seconds(4))
            try await pass(20, schedule)
            #expect(probe.begun == [.seconds(1), .seconds(5), .seconds(15)])
        }
    }

    @Test("looks at once when asked, but not more often than four times a second")
    func hurried() async throws {
        let (schedule, probe) = (schedule(), Probe(clock, every: .seconds(10)))
        try await running(schedule) {
            schedule.add(probe, after: .zero)
            try #require(
                await clock.run(for: .seconds(3), step: .seconds(3), until: { probe.begun.count == 1 }))
            clock.advance(by: .seconds(3))
            for _ in 0..<5 { schedule.hurry(probe) }
            try #require(await clock.run(for: .zero, until: { probe.begun.count == 2 }))
            schedule.hurry(probe)
            try #require(
                await clock.run(for: .seconds(4), step: .milliseconds(50), until: { probe.begun.count == 3 }))
            let begun = probe.begun
            // A busy machine may let the clock run ahead.
            let pause = begun[2] - begun[1]
            #expect(pause >= TickSchedule.shortestPause && pause < .seconds(5), "\(pause)")
        }
    }

    @Test("keeps a look that is asked for during a tick until the tick is over")
    func hurriedWhileTicking() async throws {
        let (schedule, probe) = (schedule(), Probe(clock, every: .seconds(10), isQuick: false))
        try await running(schedule) {
            schedule.add(probe, after: .zero)
            try #require(await clock.run(for: .zero, until: { probe.begun.count == 1 }))
            clock.advance(by: .seconds(2))
            schedule.hurry(probe)
            #expect(await clock.run(for: .zero, while: { probe.begun.count == 1 }))
            probe.letGo()
            try #require(await clock.run(for: .zero, until: { probe.begun.count == 2 }))
            #expect(probe.begun == [.zero, .seconds(2)])
        }
    }

    @Test("ticks no more than its limit at once, and tells how late those that waited for it are")
    func bounded() async throws {
        let schedule = schedule(limit: 2)
        let slow = (0..<2).map { _ in Probe(clock, every: .seconds(10), isQuick: false) }
        let waiting = Probe(clock, every: .seconds(10))
        try await running(schedule) {
            for probe in slow { schedule.add(probe, after: .zero) }
            try #require(await clock.run(for: .zero, until: { slow.allSatisfy { $0.begun.count == 1 } }))
            schedule.add(waiting, after: .zero)
            #expect(await clock.run(for: .zero, while: { waiting.begun.isEmpty }))
            clock.advance(by: .seconds(3))
            slow[0].letGo()
            try #require(await clock.run(for: .zero, until: { waiting.begun == [.seconds(3)] }))
            #expect(delays.withLock { $0 } == [.zero, .zero, .seconds(3)])
        }
    }

    @Test("ticks few of those that are being set up at once, and keeps the others from none of their slots")
    func starting() async throws {
        let schedule = schedule(limit: TickSchedule.startingLimit + 1)
        let fresh = (0..<TickSchedule.startingLimit + 5).map { _ in
            Probe(clock, every: .seconds(10), isQuick: false, isStarting: true)
        }
        let regular = Probe(clock, every: .seconds(10))
        try await running(schedule) {
            for probe in fresh { schedule.add(probe, after: .zero) }
            let begun = { fresh.count { !$0.begun.isEmpty } }
            try #require(await clock.run(for: .zero, until: { begun() == TickSchedule.startingLimit }))
            schedule.add(regular, after: .zero)
            try #require(await clock.run(for: .zero, until: { regular.begun.count == 1 }))
            #expect(begun() == TickSchedule.startingLimit)
            for probe in fresh { probe.letGo() }
            try #require(await clock.run(for: .zero, until: { begun() == fresh.count }))
        }
    }

    @Test("forgets what is removed, also in the middle of its tick")
    func removed() async throws {
        let schedule = schedule()
        let (waiting, busy) = (
            Probe(clock, every: .seconds(10)), Probe(clock, every: .seconds(10), isQuick: false)
        )
        try await running(schedule) {
            schedule.add(waiting, after: .seconds(5))
            schedule.add(busy, after: .zero)
            try #require(await clock.run(for: .zero, until: { busy.begun.count == 1 }))
            schedule.remove(waiting)
            schedule.remove(busy)
            schedule.hurry(waiting)
            busy.letGo()
            #expect(
                await clock.run(
                    for: .seconds(30), step: .seconds(5),
                    while: { waiting.begun.isEmpty && busy.begun.count == 1 }))
        }
    }

    @Test("lets go of everybody when it ends")
    func ended() async throws {
        weak var probe: Probe?
        let schedule = schedule()
        try await running(schedule) {
            let added = Probe(clock, every: .seconds(10))
            probe = added
            schedule.add(added, after: .zero)
            try #require(await clock.run(for: .zero, until: { added.begun.count == 1 }))
        }
        #expect(probe == nil)
    }
}

@Suite("The queue of what is due")
struct DueQueueTests {
    @Test("gives out the same as a sorted list, whatever is set, moved and removed")
    func likeSortedList() {
        var random = SplitMix64()
        var (queue, times) = (DueQueue<Int>(), [Int: Duration]())
        for step in 0..<5000 {
            let element = Int(random.next() % 40)
            switch random.next() % 4 {
            case 0, 1:
                let time = Duration.milliseconds(Int64(random.next() % 1000))
                queue.set(element, at: time)
                times[element] = time
            case 2:
                queue.remove(element)
                times[element] = nil
            default:
                let now = Duration.milliseconds(Int64(random.next() % 1000))
                let least = times.values.min()
                let taken = queue.take(dueBy: now)
                #expect(
                    taken?.due == least.flatMap { $0 <= now ? $0 : nil }, "seed \(random.seed), step \(step)")
                if let taken { #expect(times.removeValue(forKey: taken.element) == taken.due) }
            }
            #expect(queue.next == times.values.min(), "seed \(random.seed), step \(step)")
            #expect(queue.count == times.count)
        }
    }
}

@Suite("The work for a canary")
struct RetirementTests {
    @Test("ends with the canary, and none begins afterwards")
    func ends() async {
        let retirement = Retirement()
        let hasBegun = Mutex(false)
        let wasCancelled = Mutex(0)
        let work: @Sendable () async -> Void = {
            hasBegun.withLock { $0 = true }
            while !Task.isCancelled { await Task.yield() }
            wasCancelled.withLock { $0 += 1 }
        }
        async let first: Void = retirement.run(work)
        while !hasBegun.withLock({ $0 }) { await Task.yield() }
        retirement.end()
        await first
        await retirement.run(work)
        #expect(wasCancelled.withLock { $0 } == 2)
    }

    @Test("ends with the task that waits for it")
    func cancelled() async {
        let retirement = Retirement()
        let caller = Task {
            await retirement.run { while !Task.isCancelled { await Task.yield() } }
        }
        caller.cancel()
        await caller.value
    }
}
