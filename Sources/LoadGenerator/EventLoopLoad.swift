import NIOCore
import NIOHPACK

/// The workers of one event loop, and what they share without locks.
final class EventLoopLoad {
    let loop: any EventLoop
    let plan: LoadPlan
    let started: NIODeadline
    let timeout: TimeAmount?
    let asksForHead: Bool
    var recorder: Recorder
    private let dialer: Dialer
    private let shared: SharedConnections?
    private let end: NIODeadline?
    private var remaining: Int
    private var schedule: Schedule?
    private var stopped: NIODeadline?
    private var workers: [Worker] = []
    private var running = 0
    private let finished: EventLoopPromise<Void>
    private let plannedBytes: ByteBuffer
    private let plannedHeaders: HPACKHeaders
    private let plannedBody: ByteBuffer?
    private var sweep: Scheduled<Void>?
    private var idle: [Worker] = []
    private var wakeUp: Scheduled<Void>?

    /// - Parameters:
    ///   - number: which of the `count` loops of the run it is; they share the requests evenly.
    init(
        loop: any EventLoop, plan: LoadPlan, dial: DialSettings, number: Int, count: Int, started: NIODeadline
    ) {
        self.loop = loop
        self.plan = plan
        self.started = started
        timeout = plan.timeout.map { TimeAmount($0) }
        asksForHead = plan.request.method == "HEAD"
        dialer = Dialer(loop: loop, settings: dial)
        shared = plan.version == .http1 ? nil : SharedConnections(dialer: dialer)
        recorder = Recorder(keepsSamples: plan.keepsSamples)
        remaining = plan.duration == nil ? (plan.requests - number + count - 1) / count : .max
        end = plan.duration.map { started + TimeAmount($0) }
        schedule = plan.rate.map { Schedule(rate: $0, start: started, first: number, step: count) }
        finished = loop.makePromise()
        plannedBytes = plan.request.bytes(
            for: plan.target, origin: plan.target, keepsAlive: plan.keepsAlive, proxy: plan.proxy)
        plannedHeaders = plan.request.http2Headers(for: plan.target, origin: plan.target)
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
        stopped = stopped ?? .now()
        wakeUp?.cancel()
        for worker in workers { worker.stop(cutting: cutting) }
        // Without a time-out a request could hold up the end for ever.
        guard !cutting, plan.timeout == nil, running > 0 else { return }
        loop.assumeIsolated().scheduleTask(in: .seconds(30)) { self.stop(cutting: true) }
    }

    /// What was measured so far.
    ///
    /// - Parameter samples: whether each answer is wanted, too.
    func snapshot(samples: Bool) -> Recorder {
        var recorder = recorder
        if !samples { recorder.dropSamples() }
        if let schedule {
            let until = min(end ?? .distantFuture, stopped ?? .now())
            let due = schedule.due(before: until)
            recorder.unsent = max(0, min(due - schedule.taken, remaining))
        }
        return recorder
    }

    func workerFinished() {
        running -= 1
        guard running == 0 else { return }
        sweep?.cancel()
        wakeUp?.cancel()
        shared?.close()
        workers = []
        idle = []
        finished.succeed()
    }

    /// One timer for all requests costs less than one each; time-outs are late by a twentieth at most.
    private func sweepDeadlines() {
        guard let timeout else { return }
        let period = TimeAmount.nanoseconds(min(max(timeout.nanoseconds / 20, 5_000_000), 100_000_000))
        sweep = loop.assumeIsolated().scheduleTask(in: period) {
            let now = NIODeadline.now()
            for worker in self.workers { worker.expire(now: now) }
            if self.running > 0 { self.sweepDeadlines() }
        }
    }
}

/// The closed loop: a request is due when the answer to the one before is there.
extension EventLoopLoad {
    /// Takes one of the requests left.
    @inline(__always)
    func takeRequest(_ now: NIODeadline) -> Bool {
        guard hasRequests(at: now) else { return false }
        remaining -= 1
        return true
    }

    /// Whether a request may start at that time.
    @inline(__always)
    func hasRequests(at time: NIODeadline) -> Bool {
        guard stopped == nil, remaining > 0 else { return false }
        guard let end else { return true }
        return time < end
    }
}

/// The open loop: requests are due at planned times, and a worker that is free takes the next.
extension EventLoopLoad {
    var isOpenLoop: Bool { schedule != nil }

    /// Whether there are requests left.
    var hasPlanned: Bool { schedule.map { hasRequests(at: $0.next) } ?? false }

    /// Takes the next request if it is due.
    ///
    /// - Returns: its planned time, which has passed.
    func takePlanned(_ now: NIODeadline) -> NIODeadline? {
        guard hasPlanned, now < end ?? .distantFuture, let due = schedule?.next, due <= now else {
            return nil
        }
        remaining -= 1
        _ = schedule?.take()
        recorder.recordLateness((now - due).nanoseconds)
        return due
    }

    /// Takes in a worker that waits for the next request, which is not due yet.
    func park(_ worker: Worker) {
        idle.append(worker)
        if wakeUp == nil { scheduleWakeUp() }
    }

    private func scheduleWakeUp() {
        guard let schedule else { return }
        wakeUp = loop.assumeIsolated().scheduleTask(deadline: schedule.next) { self.startDue() }
    }

    private func startDue() {
        wakeUp = nil
        let now = NIODeadline.now()
        // The worker that was last at work has the connection least likely to be closed by now.
        while let worker = idle.last, let planned = takePlanned(now) {
            idle.removeLast()
            worker.begin(planned: planned, now)
        }
        guard hasPlanned else {
            let waiting = idle
            idle = []
            for worker in waiting { worker.stop(cutting: false) }
            return
        }
        if !idle.isEmpty { scheduleWakeUp() }
    }
}

/// What the requests are sent on and made of.
extension EventLoopLoad {
    /// Opens a connection, or finds one with room; `completion` runs on the event loop.
    func connect(
        to target: LoadTarget, completion: @escaping (Result<Link, LoadFailure>, TimeAmount) -> Void
    ) {
        if let shared {
            shared.connect(to: target, completion: completion)
        } else {
            dialer.dial(target, completion: completion)
        }
    }

    /// The bytes of a request: the prepared ones unless it was redirected.
    @inline(__always)
    func bytes(for redirection: Exchange.Redirection?) -> ByteBuffer {
        guard let redirection else { return plannedBytes }
        return redirection.request.bytes(
            for: redirection.target, origin: plan.target, keepsAlive: plan.keepsAlive, proxy: plan.proxy)
    }

    /// The headers and body of a request in HTTP/2.
    func headers(for redirection: Exchange.Redirection?) -> (HPACKHeaders, ByteBuffer?) {
        guard let redirection else { return (plannedHeaders, plannedBody) }
        let body = redirection.request.body
        return (
            redirection.request.http2Headers(for: redirection.target, origin: plan.target),
            body.isEmpty ? nil : ByteBuffer(bytes: body)
        )
    }

    /// Whether an answer with a Location leads to another request; as with hey, a body is not sent twice.
    func follows(_ status: Int, after exchange: Exchange) -> Bool {
        guard plan.followsRedirects else { return false }
        switch status {
        case 301, 302, 303: return true
        case 307, 308: return (exchange.redirection?.request ?? plan.request).body.isEmpty
        default: return false
        }
    }

    /// Whether a request may be sent again when it is not known to have been processed.
    var isIdempotent: Bool {
        ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"].contains(plan.request.method)
    }
}
