import HTTP1
import Logging
import NIOCore
import Randomness

/// Everything the proxy keeps on one event loop. Nothing of it is shared, so nothing is locked.
final class ProxyLoop {
    let eventLoop: any EventLoop
    let limits: ProxyLimits
    let times: ProxyTimes
    let clock: MonotonicClock
    let logger: Logger
    /// Work space for the head that is being read; never in use across a callout.
    let fields = HeadFields()
    /// The time, as exact as deadlines need it.
    var coarseNow: UInt64
    var routes: Routes
    var clients = Roster<ClientConnection>()
    var upstreams = Roster<UpstreamConnection>()
    var mirrors = 0
    let flushes = FlushQueue()
    /// Work space for the head of an HTTP/2 request.
    var callHead = ByteBuffer()
    var http2Clients = Roster<HTTP2Client>()
    var http2Upstreams = Roster<HTTP2Upstream>()
    var calls = Roster<HTTP2Call>()
    /// Bytes of the heads and bodies of HTTP/2 calls.
    var callBytes = 0
    private(set) var drain: Drain?

    private let shared: SharedTable
    private var generation: UInt64 = 0
    private var pools: [Endpoint: UpstreamPool] = [:]
    private let primaryTraffic = TrafficRecorder()
    private let canaryTraffic = TrafficRecorder()
    private var sweeping: RepeatedTask?

    /// The state of a proxy that is about to end.
    struct Drain {
        var idleCloseAt: UInt64
        var cutAt: UInt64
        var finished: [EventLoopPromise<Void>]
    }

    init(
        eventLoop: any EventLoop, shared: SharedTable, limits: ProxyLimits, clock: MonotonicClock,
        random: SplitMix64, logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.shared = shared
        self.limits = limits
        self.clock = clock
        self.logger = logger
        times = ProxyTimes(limits)
        coarseNow = clock.now()
        routes = Routes(random: random)
        refreshRoutes()
    }

    func traffic(_ side: Side) -> TrafficRecorder { side == .primary ? primaryTraffic : canaryTraffic }

    /// Takes over the routing table if it has changed.
    @inline(__always)
    func refreshRoutes() {
        if shared.currentGeneration != generation { takeTable() }
    }

    private func takeTable() {
        let current = shared.current
        generation = current.generation
        let kept = Set(current.table.primary + current.table.canary)
        for (endpoint, pool) in pools where !kept.contains(endpoint) {
            pool.isCurrent = false
            pool.closeIdle()
        }
        routes = Routes(current.table, following: routes) { endpoint in
            let pool = pools[endpoint] ?? UpstreamPool(endpoint: endpoint, loop: self)
            pools[endpoint] = pool
            pool.isCurrent = true
            return pool
        }
    }

    /// Requests that a replica still works on, or is about to get.
    func requestsInFlight(to endpoint: Endpoint) -> Int { pools[endpoint]?.inFlight ?? 0 }

    func startSweeping() {
        let loop = NIOLoopBound(self, eventLoop: eventLoop)
        sweeping = eventLoop.scheduleRepeatedTask(initialDelay: times.sweep, delay: times.sweep) { _ in
            loop.value.sweep()
        }
    }

    func stopSweeping() {
        sweeping?.cancel()
        sweeping = nil
    }

    /// Ends what has run out of time.
    private func sweep() {
        coarseNow = clock.now()
        let now = coarseNow
        refreshRoutes()
        // Ending one connection may end others, so the rosters are not walked while that happens.
        for client in clients.members where client.deadline <= now { client.deadlinePassed() }
        for upstream in upstreams.members where upstream.deadline <= now { upstream.deadlinePassed() }
        for call in calls.members where call.deadline <= now { call.deadlinePassed() }
        for client in http2Clients.members where client.deadline <= now { client.deadlinePassed() }
        for upstream in http2Upstreams.members where upstream.deadline <= now { upstream.deadlinePassed() }
        for pool in pools.values { pool.dialAgain() }
        flushes.endBatch()
        pools = pools.filter { $0.value.isCurrent || $0.value.inFlight > 0 }
        if let drain { sweep(drain) }
    }

    private func sweep(_ drain: Drain) {
        if coarseNow >= drain.idleCloseAt {
            for client in clients.members where client.isIdle { client.closeNow() }
            for client in http2Clients.members where client.isIdle { client.finish() }
        }
        if coarseNow >= drain.cutAt {
            for client in clients.members { client.closeNow() }
            for client in http2Clients.members { client.link.close() }
        }
        if clients.isEmpty, http2Clients.isEmpty { finishDrain() }
    }

    /// Client connections of all kinds.
    var clientCount: Int { clients.count + http2Clients.count }

    /// Lets requests in flight finish, then ends; `cutAt` ends what is left.
    func beginDrain(_ drain: Drain) {
        let waiting = self.drain?.finished ?? []
        self.drain = drain
        self.drain?.finished += waiting
        for client in http2Clients.members { client.leave(idleCloseAt: drain.idleCloseAt) }
        sweep()
    }

    private func finishDrain() {
        stopSweeping()
        for upstream in upstreams.members { upstream.closeNow() }
        for upstream in http2Upstreams.members { upstream.link.close() }
        let finished = drain?.finished ?? []
        drain?.finished = []
        for promise in finished { promise.succeed(()) }
    }
}
