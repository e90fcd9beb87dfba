import NIOCore

/// One request under way, redirects included, with the times it passed.
struct Exchange {
    /// Where it goes after a redirect.
    final class Redirection {
        let target: LoadTarget
        let request: LoadRequest
        let number: Int

        init(to target: LoadTarget, request: LoadRequest, number: Int) {
            self.target = target
            self.request = request
            self.number = number
        }
    }

    /// When it was to be sent: latency counts from here.
    let planned: NIODeadline
    let deadline: NIODeadline
    var redirection: Redirection?
    var dialStarted: NIODeadline?
    var dial: Int64 = 0
    var lookup: Int64 = 0
    var sendStarted: NIODeadline
    var sent: NIODeadline
    var retries = 0

    @inline(__always)
    init(planned: NIODeadline, now: NIODeadline, timeout: TimeAmount?) {
        self.planned = planned
        (sendStarted, sent) = (now, now)
        deadline = timeout.map { now + $0 } ?? .distantFuture
    }

    /// The measurements of an exchange that ended now.
    @inline(__always)
    func sample(_ answer: Answer, end: NIODeadline, runStarted: NIODeadline) -> Sample {
        let first = answer.firstByte ?? end
        return Sample(
            total: (end - planned).nanoseconds, dial: dial, lookup: lookup,
            write: (sent - sendStarted).nanoseconds, wait: max(0, (first - sent).nanoseconds),
            read: (end - first).nanoseconds, status: answer.status,
            offset: (planned - runStarted).nanoseconds)
    }
}
