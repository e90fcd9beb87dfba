import HTTP1

/// What is known of the request that a client's connection is busy with.
struct Exchange {
    var started: UInt64 = 0
    var side = Side.primary
    /// Of the request's body, what is still to come from the client.
    var framing = BodyFraming.none
    var bodyBytes = 0
    var isRequestComplete = false
    var answersHead = false
    var isIdempotent = false
    var isHTTP10 = false
    var asksForUpgrade = false
    /// The client wants to use its connection again.
    var keepsAlive = true
    /// All that was sent to the replica is still at hand.
    var canSendAgain = true
    /// Some of the request may have reached a replica.
    var wasSent = false
    var attempts = 0
    /// The replica that failed last.
    var avoided: UpstreamPool?
    /// Only a new connection is used: a kept one has failed.
    var needsNewConnection = false
    var status = 0
    var isResponseBegun = false
    /// The client's connection ends after the response.
    var closes = false
    var cookieLine: [UInt8] = []
    var isMirrored = false
    /// Its head is waiting to be sent with the beginning of its body.
    var isResponseHeadPending = false
    /// A part of the next request's head has arrived.
    var isReadingHead = false
    /// It has been counted, or is not to be.
    var isCounted = false
}
