import Foundation
public import GRPC

/// What a run of unary calls sends, how fast and for how long.
public struct CallPlan: Sendable {
    /// What becomes of calls under way when the time is over.
    public enum DurationStop: String, Sendable, CaseIterable {
        /// They are cut off, and counted as cancelled.
        case close
        /// They are waited for.
        case wait
        /// They are cut off, and not counted.
        case ignore
    }

    /// Where the calls go.
    public var target: CallTarget
    /// Certificates; nil for plaintext.
    public var tls: CallTLS?
    /// What is called.
    public var method: MethodName = HealthService.check
    /// The messages, sent in turn; one that is empty unless set.
    public var messages: [[UInt8]] = [[]]
    /// Sent with each call.
    public var metadata = CallMetadata()
    /// The `:authority` of the calls; that of the target unless set.
    public var authority: String?
    /// Calls under way at a time; 50 unless set.
    public var concurrency = 50
    /// Calls in all; 200 unless set, ignored when `duration` is set.
    public var total = 200
    /// Time during which calls are started; nil to count them instead.
    public var duration: Duration?
    /// Time after which a run that counts calls ends all the same.
    public var maxDuration: Duration?
    /// What becomes of calls under way at the end of either.
    public var durationStop = DurationStop.wait
    /// Calls a second in all; nil for as fast as the answers come. Latency then counts from the planned time.
    public var rate: Double?
    /// Whether calls are started on time however many are under way, up to ``asynchronousLimit``.
    public var isAsynchronous = false
    /// Time each call may take; nil for ever. 20 s unless set.
    public var timeout: Duration? = .seconds(20)
    /// HTTP/2 connections that share the calls; 1 unless set.
    public var connections = 1
    /// Time for a connection to be there; 10 s unless set.
    public var connectTimeout = Duration.seconds(10)
    /// Event loop threads at most; one a core unless set, and never more than connections.
    public var threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// Calls at the start that aren't counted.
    public var skipFirst = 0
    /// Whether calls that failed have a part in the latencies.
    public var countsErrors = false
    /// Names that are dialled elsewhere than their lookup says.
    public var hostMap = HostMap()
    /// What the run must achieve.
    public var thresholds: [Threshold] = []
    /// Whether each call is kept for the lists of JSON and CSV, up to a million.
    public var keepsSamples = false

    /// Calls under way at most when the run is asynchronous.
    public static let asynchronousLimit = 10_000

    /// 200 health checks, 50 at a time.
    public init(target: CallTarget) {
        self.target = target
    }

    /// Calls under way at most.
    var callLimit: Int { isAsynchronous && rate != nil ? Self.asynchronousLimit : concurrency }

    /// Refuses what cannot be run.
    ///
    /// - Throws: `LoadError.option` with the flag's name.
    public func validate() throws(LoadError) {
        guard (1...LoadPlan.mostRequests).contains(total) else {
            throw .option("-n is \(total); give from 1 to \(LoadPlan.mostRequests) calls, or a time with -z")
        }
        guard (1...65_536).contains(concurrency) else {
            throw .option("-c is \(concurrency); give from 1 to 65536 calls at a time")
        }
        guard duration != nil || total >= concurrency else {
            throw .option("-n cannot be less than -c: \(total) calls, \(concurrency) at a time")
        }
        guard (1...1024).contains(connections), connections <= concurrency else {
            throw .option(
                "--connections is \(connections); give from 1 to 1024, and not more than -c \(concurrency)")
        }
        if let rate, !(LoadPlan.leastRate...1e6).contains(rate) {
            throw .option("--rps is \(rate); give a rate from 0.000001 to 1000000 a second")
        }
        guard rate != nil || !isAsynchronous else {
            throw .option("--async needs --rps: without a rate calls would be started without an end")
        }
        let limits = [
            ("-z", duration), ("-x", maxDuration), ("-t", timeout), ("--connect-timeout", connectTimeout),
        ]
        for case (let flag, let time?) in limits where time <= .zero || time > .seconds(366 * 86_400) {
            throw .option("\(flag) must be more than 0s and at most a year")
        }
        guard (1...1024).contains(threads) else {
            throw .option("--cpus is \(threads); give a number from 1 to 1024")
        }
        guard (0..<1_000_000_000).contains(skipFirst) else {
            throw .option("--skipFirst is \(skipFirst); give 0 or more")
        }
    }
}
