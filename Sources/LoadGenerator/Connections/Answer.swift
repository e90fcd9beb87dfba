import NIOCore

/// What has arrived of an answer.
struct Answer {
    var status = 0
    /// Bytes of the body.
    var bytes = 0
    /// When its first byte was there; nil before.
    var firstByte: NIODeadline?
    /// The `Location` header of a redirect.
    var location: String?
}

/// Whether a request may be sent again after it failed.
enum RetryAdvice {
    /// It may have been worked on.
    case no
    /// The server was probably closing an idle connection; sending again does no harm where a method is
    /// idempotent.
    case whenIdempotent
    /// The server said that it has not looked at it.
    case unprocessed
}

/// Who sent a request and is told how it ended, once.
protocol ExchangeOwner: AnyObject {
    func answered(_ answer: Answer, at now: NIODeadline)
    func failed(_ failure: LoadFailure, retry: RetryAdvice)
}
