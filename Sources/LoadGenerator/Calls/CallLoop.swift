import GRPC
import NIOCore

/// The calls of one event loop: starts them when they are due and records how they end.
final class CallLoop {
    private let loop: any EventLoop
    private let plan: CallPlan
    private var started = NIODeadline.now()
    private let messages: [ByteBuffer]
    private let slots: [CallSlot]
    private let limit: Int
    private let share: LoopShare
    private var end: NIODeadline?
    private let finished: EventLoopPromise<Void>
    private var schedule: Schedule?
    private var remaining: Int
    private var underWay = 0
    private var number = 0
    private var isStopping = false
    private var isFinished = false
    private var isPumping = false
    private var discards = false
    private var timer: Scheduled<Void>?
    private var sweep: Scheduled<Void>?
    /// What was measured so far.
    private(set) var recorder: CallRecorder

    /// - Parameters:
    ///   - share: which of how many loops this is.
    ///   - settings: how connections are opened.
    init(loop: any EventLoop, plan: CallPlan, share: LoopShare, settings: DialSettings) throws(LoadError) {
        self.loop = loop
        self.plan = plan
        messages = plan.messages.map { MessageFrame.encode($0) }
        let dialer = Dialer(loop: loop, settings: settings)
        slots = try (0..<share.of(plan.connections)).map { (_) throws(LoadError) in
            try CallSlot(loop: loop, dialer: dialer, plan: plan, method: plan.method)
        }
        limit = share.of(plan.callLimit)
        self.share = share
        remaining = plan.duration == nil ? share.of(plan.total) : .max
        recorder = CallRecorder(plan: plan, skipping: share.of(plan.skipFirst))
        finished = loop.makePromise()
    }

    /// Starts the calls; times count from `started`. The future succeeds when the last has ended.
    func start(at started: NIODeadline) -> EventLoopFuture<Void> {
        self.started = started
        schedule = plan.rate.map { Schedule(rate: $0, start: started, first: share.index, step: share.count) }
        end = (plan.duration ?? plan.maxDuration).map { started + TimeAmount($0) }
        if let end { loop.assumeIsolated().scheduleTask(deadline: end) { self.timeIsOver() } }
        sweepDeadlines()
        pump()
        return finished.futureResult
    }

    /// Ends the calls under way without counting them, and the run.
    func cut() {
        discards = true
        stop(.failed(.cancelled, "the run was stopped"))
    }

    private func timeIsOver() {
        recorder.timeIsOver()
        isStopping = true
        switch plan.durationStop {
        case .ignore: cut()
        case .close: stop(.failed(.cancelled, "the time of the run is over"))
        case .wait:
            // Without a time-out a call could hold up the end for ever.
            if plan.timeout == nil { loop.assumeIsolated().scheduleTask(in: .seconds(30)) { self.cut() } }
            finishIfDone()
        }
    }

    private func stop(_ outcome: CallOutcome) {
        isStopping = true
        for slot in slots { slot.end(outcome) }
        finishIfDone()
    }

    /// Starts the calls that are due.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        let now = NIODeadline.now()
        while !isStopping, remaining > 0, underWay < limit {
            if let end, now >= end { break }
            if let due = schedule?.next, due > now {
                wait(until: due)
                break
            }
            remaining -= 1
            begin(planned: schedule?.take() ?? now, now: now)
        }
        finishIfDone()
    }

    private func wait(until time: NIODeadline) {
        guard timer == nil else { return }
        timer = loop.assumeIsolated().scheduleTask(deadline: time) {
            self.timer = nil
            self.pump()
        }
    }

    private func begin(planned: NIODeadline, now: NIODeadline) {
        underWay += 1
        let deadline = plan.timeout.map { now + TimeAmount($0) } ?? .distantFuture
        let call = Call(
            message: messages[number % messages.count], planned: planned, deadline: deadline
        ) { call, outcome in self.ended(call, outcome) }
        let slot = slots[number % slots.count]
        number += 1
        slot.submit(call)
    }

    private func ended(_ call: Call, _ outcome: CallOutcome) {
        underWay -= 1
        if !discards {
            let now = NIODeadline.now()
            recorder.record(
                outcome, latency: (now - call.planned).nanoseconds, end: (now - started).nanoseconds)
        }
        pump()
    }

    private func finishIfDone() {
        guard !isFinished, underWay == 0, isStopping || remaining == 0 else { return }
        (isStopping, isFinished) = (true, true)
        timer?.cancel()
        sweep?.cancel()
        for slot in slots { slot.end(.failed(.cancelled, "the run has ended")) }
        finished.succeed()
    }

    /// One timer for all calls costs less than one each; time-outs are late by a twentieth at most.
    private func sweepDeadlines() {
        guard let timeout = plan.timeout.map({ TimeAmount($0) }) else { return }
        let period = TimeAmount.nanoseconds(min(max(timeout.nanoseconds / 20, 5_000_000), 100_000_000))
        sweep = loop.assumeIsolated().scheduleTask(in: period) {
            let now = NIODeadline.now()
            for slot in self.slots { slot.expire(now: now) }
            if !self.isStopping || self.underWay > 0 { self.sweepDeadlines() }
        }
    }
}

/// One of several loops that share a run.
struct LoopShare {
    let index: Int
    let count: Int

    /// This loop's part of a number; the parts differ by one at most and sum up to it.
    func of(_ number: Int) -> Int { number * (index + 1) / count - number * index / count }
}
