import Foundation
import NIOCore

/// What a load run sends, how fast and for how long.
public struct LoadPlan: Sendable {
    /// Where the requests go.
    public var target: LoadTarget
    /// Method, headers and body of each request.
    public var request = LoadRequest()
    /// Clients that each have one request under way at a time; 50 unless set.
    public var workers = 50
    /// Requests in all; 200 unless set, ignored when `duration` is set.
    public var requests = 200
    /// Time during which requests are started; nil to count requests instead.
    public var duration: Duration?
    /// Requests a second of each worker; nil for as fast as the answers come.
    public var ratePerWorker: Double?
    /// Requests a second of all workers together, sent when they are due whether or not answers came: an
    /// open loop. Latency counts from the planned time. Nil for a closed loop.
    public var rate: Double?
    /// Time each request may take from dialling to the last byte; nil for ever. 20 s unless set.
    public var timeout: Duration? = .seconds(20)
    /// Whether connections are used again.
    public var keepsAlive = true
    /// Which versions of HTTP are spoken.
    public var version = HTTPVersion.http1
    /// Which certificates are accepted.
    public var trust = ServerTrust.anyone
    /// An HTTP proxy to go through.
    public var proxy: ForwardProxy?
    /// Whether redirects are followed, ten at most.
    public var followsRedirects = true
    /// Event loop threads; one a core unless set.
    public var threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// What the run must achieve; see ``LoadReport/keepsThresholds``.
    public var thresholds: [Threshold] = []
    /// Names that are dialled elsewhere than their lookup says.
    public var hostMap = HostMap()
    /// Whether each answer is kept for ``LoadReport/csv``, up to a million.
    public var keepsSamples = false

    /// Requests of a run at most: times and counts are whole numbers of 64 bits.
    static let mostRequests = 1_000_000_000_000_000
    /// Requests a second at least: one in eleven days.
    static let leastRate = 1e-6

    /// 200 GET requests by 50 workers.
    public init(target: LoadTarget) {
        self.target = target
    }

    /// Refuses what cannot be run.
    ///
    /// - Throws: `LoadError.option` with the flag's name.
    public func validate() throws(LoadError) {
        guard workers >= 1, requests >= 1 else {
            throw .option("-n and -c cannot be smaller than 1")
        }
        guard requests <= Self.mostRequests else {
            throw .option("-n is \(requests); give at most \(Self.mostRequests) requests, or a time with -z")
        }
        guard workers <= 65_536 else { throw .option("-c is \(workers); give at most 65536 workers") }
        guard duration != nil || rate != nil || requests >= workers else {
            throw .option("-n cannot be less than -c: \(requests) requests for \(workers) workers")
        }
        if let duration, duration <= .zero || duration > .seconds(366 * 86_400) {
            throw .option("-z must be more than 0s and at most a year")
        }
        if let timeout, timeout <= .zero || timeout > .seconds(366 * 86_400) {
            throw .option("-t must be more than 0 and at most a year of seconds; 0 is for ever")
        }
        if let rate = ratePerWorker, !(Self.leastRate...1e6).contains(rate) {
            throw .option("-q is \(rate); give a rate from 0.000001 to 1000000 a second")
        }
        if let rate, !(Self.leastRate...1e7).contains(rate) {
            throw .option("--rate is \(rate); give a rate from 0.000001 to 10000000 a second")
        }
        guard rate == nil || ratePerWorker == nil else {
            throw .option("--rate and -q exclude each other: give the rate of all or that of each worker")
        }
        guard (1...1024).contains(threads) else {
            throw .option("-cpus is \(threads); give a number from 1 to 1024")
        }
    }

    /// How connections are opened.
    ///
    /// - Throws: `LoadError.option` when the trusted authorities cannot be read.
    func dialSettings() throws(LoadError) -> DialSettings {
        var settings = try DialSettings(version: version, trust: trust)
        settings.hostMap = hostMap
        if let timeout { settings.timeout = TimeAmount(timeout) }
        settings.proxy = proxy
        settings.serverName = request.hostHeader.map { host in
            host.hasPrefix("[") ? host : String(host.prefix { $0 != ":" })
        }
        return settings
    }
}
