import NIOCore
import NIOHTTP1

/// The workers of one event loop, and what they share without locks.
final class EventLoopLoad {
    let loop: any EventLoop
    let plan: LoadPlan
    let started: NIODeadline
    let dialer: Dialer
    var recorder: Recorder
    private let end: NIODeadline?
    private var remaining: Int
    private var isStopping = false
    private var workers: [Worker] = []
    private var running = 0
    private let finished: EventLoopPromise<Void>
    private let plannedHead: HTTPRequestHead
    private let plannedBody: ByteBuffer?
    private var sweep: Scheduled<Void>?

    /// - Parameter requests: share of this loop in the requests of the run.
    init(loop: any EventLoop, plan: LoadPlan, requests: Int, started: NIODeadline) {
        self.loop = loop
        self.plan = plan
        self.started = started
        dialer = Dialer(loop: loop, plan: plan)
        recorder = Recorder(keepsSamples: plan.keepsSamples)
        remaining = plan.duration == nil ? requests : .max
        end = plan.duration.map { started + TimeAmount($0) }
        finished = loop.makePromise()
        plannedHead = plan.request.head(for: plan.target, origin: plan.target, keepsAlive: plan.keepsAlive)
        plannedBody = plan.request.body.isEmpty ? nil : ByteBuffer(bytes: plan.request.body)
    }

    /// Starts the workers with these numbers of all; the future succeeds when the last has finished.
    func start(workers numbers: some Sequence<Int>) -> EventLoopFuture<Void> {
        workers = numbers.map { number in
            let position = Double(number) / Double(plan.workers)
            return Worker(
                load: self, pacer: Pacer(rate: plan.ratePerWorker, start: started, position: position))
        }
        running = workers.count
        guard running > 0 else {
            finished.succeed()
            return finished.futureResult
        }
        if let end {
            loop.assumeIsolated().scheduleTask(deadline: end) { self.stop(cutting: false) }
        }
        sweepDeadlines()
        for worker in workers { worker.next() }
        return finished.futureResult
    }

    /// Starts no further request; ends those under way at once when cutting.
    func stop(cutting: Bool) {
        isStopping = true
        for worker in workers { worker.stop(cutting: cutting) }
        // Without a time-out a request could hold up the end for ever.
        guard !cutting, plan.timeout == nil, running > 0 else { return }
        loop.assumeIsolated().scheduleTask(in: .seconds(30)) { self.stop(cutting: true) }
    }

    /// Takes one of the requests left.
    func takeRequest() -> Bool {
        guard !isStopping, remaining > 0 else { return false }
        if let end, NIODeadline.now() >= end { return false }
        remaining -= 1
        return true
    }

    /// Whether a request may start at that time.
    func hasRequests(at time: NIODeadline) -> Bool {
        !isStopping && remaining > 0 && end.map { time < $0 } ?? true
    }

    /// The head and body of an exchange: the prepared ones unless it was redirected.
    func message(for exchange: Exchange) -> (HTTPRequestHead, ByteBuffer?) {
        guard exchange.redirects > 0 else { return (plannedHead, plannedBody) }
        let head = exchange.request.head(
            for: exchange.target, origin: plan.target, keepsAlive: plan.keepsAlive)
        return (head, exchange.request.body.isEmpty ? nil : ByteBuffer(bytes: exchange.request.body))
    }

    func workerFinished() {
        running -= 1
        guard running == 0 else { return }
        sweep?.cancel()
        workers = []
        finished.succeed()
    }

    /// One timer for all requests costs less than one each; time-outs are late by a twentieth at most.
    private func sweepDeadlines() {
        guard let timeout = plan.timeout.map({ TimeAmount($0) }) else { return }
        let period = TimeAmount.nanoseconds(min(max(timeout.nanoseconds / 20, 5_000_000), 100_000_000))
        sweep = loop.assumeIsolated().scheduleTask(in: period) {
            let now = NIODeadline.now()
            for worker in self.workers { worker.expire(now: now) }
            if self.running > 0 { self.sweepDeadlines() }
        }
    }
}
