public import Foundation
public import Logging

/// Lets one of several processes work at a time, by a Lease of the API server.
///
/// The others take over at once when the leader ends in order, and after the lease's duration when it just disappears.
/// Nobody compares wall clocks of different machines: each contender measures, on its own monotonic clock, how long it has
/// seen no renewal.
public struct LeaderElection: Sendable {
    let lease: ObjectReference
    let identity: String
    let api: any KubernetesAPI
    let timing: LeaderElectionTiming
    let logger: Logger
    let sources: TimeSources
    let abandon: @Sendable (String) -> Void

    /// Where an election gets its times from; injected in tests.
    public struct TimeSources: Sendable {
        /// Waits.
        public var clock: any Clock<Duration>
        /// The time on a monotonic clock that goes on while the process or the machine is stopped.
        public var elapsed: @Sendable () -> Duration
        /// The time that is shown in the lease; nothing depends on it.
        public var now: @Sendable () -> Date

        /// The machine's clocks.
        public static var system: TimeSources {
            let start = ContinuousClock.now
            return TimeSources(
                clock: ContinuousClock(), elapsed: { ContinuousClock.now - start }, now: { Date() })
        }

        /// Makes sources.
        public init(
            clock: any Clock<Duration>, elapsed: @escaping @Sendable () -> Duration,
            now: @escaping @Sendable () -> Date
        ) {
            self.clock = clock
            self.elapsed = elapsed
            self.now = now
        }
    }

    /// Makes a contender.
    ///
    /// - Parameters:
    ///   - name: the lease's name; created when there is none.
    ///   - namespace: the lease's namespace.
    ///   - identity: names this process among all contenders, such as the pod's name and a random suffix.
    ///   - api: reads and writes the lease.
    ///   - timing: the lease's times.
    ///   - logger: gets a line for each change of leadership.
    ///   - sources: clocks.
    ///   - abandon: ends the process when the work goes on after it was cancelled and the lease is about to run out: by
    ///     then nothing else keeps two leaders from acting.
    /// - Throws: ``KubernetesError/configuration(_:)`` for a timing that is not safe or an empty identity.
    public init(
        lease name: String, in namespace: String, identity: String, api: any KubernetesAPI,
        timing: LeaderElectionTiming = .standard, logger: Logger = Logger(label: "leader-election"),
        sources: TimeSources = .system,
        abandon: @escaping @Sendable (String) -> Void = LeaderElection.exitProcess
    ) throws {
        if let problem = timing.problem { throw KubernetesError.configuration("leader election: \(problem)") }
        if identity.isEmpty { throw KubernetesError.configuration("leader election: the identity is empty") }
        lease = ObjectReference(LeaseRecord.type, namespace: namespace, name: name)
        self.identity = identity
        self.api = api
        self.timing = timing
        self.logger = logger
        self.sources = sources
        self.abandon = abandon
    }

    /// Says why on standard error, and ends the process with status 1.
    public static let exitProcess: @Sendable (String) -> Void = { reason in
        FileHandle.standardError.write(Data("\(reason)\n".utf8))
        exit(1)
    }

    /// Waits for leadership, then works until the work returns, and gives the lease back.
    ///
    /// When the lease can't be renewed in time, the work is cancelled, and this throws
    /// ``KubernetesError/leadershipLost(_:)`` once it has ended. Cancelling the task cancels the work, waits for its end and
    /// gives the lease back.
    ///
    /// - Returns: what the work returns.
    public func lead<Value: Sendable>(
        _ work: @escaping @Sendable (Leadership) async throws -> Value
    ) async throws -> Value {
        var campaign = LeaseCampaign(election: self)
        let held = try await campaign.win()
        logger.info("leading", metadata: ["identity": "\(identity)", "lease": "\(lease.key)"])
        return try await LeaderTerm(election: self, held: held).serve(work)
    }
}
