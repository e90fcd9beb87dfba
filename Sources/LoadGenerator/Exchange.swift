import NIOCore

/// One request under way, redirects included, with the times it passed.
struct Exchange {
    var target: LoadTarget
    var request: LoadRequest
    let started: NIODeadline
    let deadline: NIODeadline
    var redirects = 0
    var dialStarted: NIODeadline?
    var dial: Int64 = 0
    var lookup: Int64 = 0
    var sendStarted: NIODeadline
    var sent: NIODeadline
    var firstByte: NIODeadline?
    var status = 0
    var location: String?
    var keepsConnection = false
    var bytes = 0
    /// Whether it was sent on a connection that had served before: such a one may just be closing.
    var isOnReusedConnection = false
    var isRetry = false

    init(plan: LoadPlan, now: NIODeadline) {
        target = plan.target
        request = plan.request
        (started, sendStarted, sent) = (now, now, now)
        deadline = plan.timeout.map { now + TimeAmount($0) } ?? .distantFuture
    }

    /// The words for where the time went when the deadline passes.
    func stage(timeout: Duration?) -> String {
        let limit = timeout.map { "after \(Double(TimeAmount($0).nanoseconds) / 1e9)s " } ?? ""
        if sent < sendStarted || dialStarted != nil { return limit + "connecting to \(target.authority)" }
        return limit + (firstByte == nil ? "waiting for the answer" : "in the middle of the answer")
    }

    /// The measurements of an exchange that ended now.
    func sample(end: NIODeadline, runStarted: NIODeadline) -> Sample {
        let first = firstByte ?? end
        return Sample(
            total: (end - started).nanoseconds, dial: dial, lookup: lookup,
            write: (sent - sendStarted).nanoseconds, wait: (first - sent).nanoseconds,
            read: (end - first).nanoseconds, status: status,
            offset: (started - runStarted).nanoseconds)
    }
}
