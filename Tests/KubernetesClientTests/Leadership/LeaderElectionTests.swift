import Foundation
import KubernetesClient
import KubernetesTesting
import Logging
import Synchronization
import Testing

/// Leader election under a manual clock, with a lease that fails in all ways.
@Suite("LeaderElection")
struct LeaderElectionTests {
    /// A contender and what it does.
    private final class Contender: Sendable {
        let election: LeaderElection
        let task: Mutex<Task<Void, any Error>?> = Mutex(nil)
        private let state = Mutex((leads: false, leadership: Leadership?.none, abandoned: false))

        var leads: Bool { state.withLock { $0.leads } }
        var leadership: Leadership? { state.withLock { $0.leadership } }
        var wasAbandoned: Bool { state.withLock { $0.abandoned } }

        init(_ identity: String, _ board: any KubernetesAPI, _ clock: ManualClock) throws {
            let box = Box()
            election = try LeaderElection(
                lease: "leader", in: "test", identity: identity, api: board,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                sources: LeaderElection.TimeSources(
                    clock: clock, elapsed: { clock.elapsed },
                    now: { Date(timeIntervalSince1970: 1_700_000_000 + clock.elapsed / .seconds(1)) }),
                abandon: { _ in box.contender.withLock { $0 }?.state.withLock { $0.abandoned = true } })
            box.contender.withLock { $0 = self }
        }

        /// - Parameter stubborn: the work goes on for that long after it was cancelled, on this clock.
        func start(stubborn: (Duration, ManualClock)? = nil) {
            let task = Task {
                try await election.lead { leadership in
                    self.state.withLock { ($0.leads, $0.leadership) = (true, leadership) }
                    defer { self.state.withLock { $0.leads = false } }
                    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
                    if let (duration, clock) = stubborn {
                        await Task { try? await clock.sleep(for: duration) }.value
                    }
                }
            }
            self.task.withLock { $0 = task }
        }

        func stop() { task.withLock { $0 }?.cancel() }

        private final class Box: Sendable { let contender = Mutex<Contender?>(nil) }
    }

    private let clock = ManualClock()
    private let board = LeaseBoard()

    @Test("lets one lead, and another as soon as the first has ended in order")
    func handOver() async throws {
        let (first, second) = (try Contender("a", board, clock), try Contender("b", board, clock))
        first.start()
        #expect(await clock.run(for: .seconds(2), until: { first.leads }))
        second.start()
        #expect(await clock.run(for: .seconds(120), while: { first.leads && !second.leads }))
        first.stop()
        let before = clock.elapsed
        #expect(await clock.run(for: .seconds(30), until: { second.leads }))
        // Not after the lease of 14 s; a busy machine may let the clock run ahead of the contenders.
        #expect(clock.elapsed - before < .seconds(10))
        #expect(!first.leads)
        second.stop()
        #expect(await clock.run(for: .seconds(2), until: { board.holder == "" }))
    }

    @Test("ends the leader's work before another may lead, when it can't renew the lease")
    func lostLease() async throws {
        let contender = try Contender("a", board, clock)
        contender.start()
        #expect(await clock.run(for: .seconds(2), until: { contender.leads }))
        let leadership = try #require(contender.leadership)
        await clock.run(for: .seconds(60))
        #expect(contender.leads && leadership.isCurrent)
        board.set(.unreachable)
        let before = clock.elapsed
        #expect(await clock.run(for: .seconds(30), until: { !leadership.isCurrent }))
        #expect(clock.elapsed - before <= .seconds(10.2))
        #expect(await clock.run(for: .seconds(2), until: { !contender.leads }))
        let fenced = leadership.fenced(board)
        await #expect(throws: KubernetesError.self) {
            try await fenced.create(.configMap("x", in: "test"), as: TestKinds.configMap)
        }
        let task = try #require(contender.task.withLock { $0 })
        await #expect(throws: KubernetesError.self) {
            let result = await task.result
            try result.get()
        }
    }

    @Test("goes on when the answer to a renewal was lost")
    func lostAnswer() async throws {
        let contender = try Contender("a", board, clock)
        contender.start()
        #expect(await clock.run(for: .seconds(2), until: { contender.leads }))
        board.set(.lostAnswer)
        await clock.run(for: .seconds(6))
        board.set(.none)
        #expect(await clock.run(for: .seconds(60), while: { contender.leads }))
        contender.stop()
    }

    @Test("knows a lease as its own when the answer to taking it was lost")
    func lostAnswerToTaking() async throws {
        board.set(.lostAnswer)
        let contender = try Contender("a", board, clock)
        contender.start()
        #expect(await clock.run(for: .seconds(1), until: { board.holder == "a" }))
        board.set(.none)
        // Before the lease is over, or it would just be taken again.
        #expect(await clock.run(for: .seconds(10), until: { contender.leads }))
        contender.stop()
    }

    @Test("stops at once when somebody else is in the lease")
    func usurped() async throws {
        let contender = try Contender("a", board, clock)
        contender.start()
        #expect(await clock.run(for: .seconds(2), until: { contender.leads }))
        try board.edit(holder: "somebody")
        // With the next renewal, not when the lease can't be renewed.
        #expect(await clock.run(for: .seconds(9), until: { !contender.leads }))
        #expect(board.holder == "somebody")
    }

    @Test("waits for the whole lease of a leader that is gone, from when it saw the last renewal")
    func deadLeader() async throws {
        let link = LeaseLink(to: board)
        let dead = try Contender("a", link, clock)
        dead.start()
        #expect(await clock.run(for: .seconds(2), until: { dead.leads }))
        let second = try Contender("b", board, clock)
        second.start()
        // Until right after a renewal: the longest that a take-over can take.
        let renewals = board.writes
        #expect(await clock.run(for: .seconds(8), until: { board.writes > renewals + 1 }))
        link.cut()
        let killed = clock.elapsed
        #expect(await clock.run(for: .seconds(30), until: { second.leads }))
        let takeover = clock.elapsed - killed
        // One lease of 14 s and a look, not two leases.
        #expect(takeover > .seconds(13) && takeover < .seconds(20), "\(takeover)")
        second.stop()
    }

    @Test("ends the process when the work does not stop before the lease runs out")
    func stubbornWork() async throws {
        let contender = try Contender("a", board, clock)
        contender.start(stubborn: (.seconds(60), clock))
        #expect(await clock.run(for: .seconds(2), until: { contender.leads }))
        board.set(.unreachable)
        let before = clock.elapsed
        #expect(await clock.run(for: .seconds(30), until: { contender.wasAbandoned }))
        #expect(clock.elapsed - before < .seconds(15))
        await clock.run(for: .seconds(90))
    }

    @Test(
        "refuses times with which two could lead",
        arguments: [
            (
                LeaderElectionTiming(leaseDuration: .seconds(10), renewDeadline: .seconds(10)),
                "renew deadline"
            ),
            (LeaderElectionTiming(renewDeadline: .seconds(2), renewPeriod: .seconds(3)), "renew period"),
            (LeaderElectionTiming(retryPeriod: .zero), "retry period"),
            (LeaderElectionTiming(leaseDuration: .milliseconds(100)), "lease duration"),
        ])
    func badTiming(timing: LeaderElectionTiming, words: String) {
        let error = #expect(throws: KubernetesError.self) {
            try LeaderElection(lease: "leader", in: "test", identity: "a", api: board, timing: timing)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words))
    }
}
