import NIOCore

/// A monotonic clock in nanoseconds; tests bring their own.
struct MonotonicClock: Sendable {
    var now: @Sendable () -> UInt64

    static let system = MonotonicClock { NIODeadline.now().uptimeNanoseconds }
}

/// The limits of time in nanoseconds.
struct ProxyTimes {
    let clientIdle, requestHead, clientStall, response, upstreamIdle, tunnelIdle, refusedPause: UInt64
    let http2Settings, cancelWindow: UInt64
    /// How often deadlines are looked at.
    let sweep: TimeAmount
    /// How long a refused client may take to read the answer before its connection is cut.
    let linger: UInt64 = 2_000_000_000

    init(_ limits: ProxyLimits) {
        clientIdle = limits.clientIdle.wholeNanoseconds
        requestHead = limits.requestHead.wholeNanoseconds
        clientStall = limits.clientStall.wholeNanoseconds
        response = limits.response.wholeNanoseconds
        upstreamIdle = limits.upstreamIdle.wholeNanoseconds
        tunnelIdle = limits.tunnelIdle.wholeNanoseconds
        refusedPause = limits.refusedPause.wholeNanoseconds
        http2Settings = limits.http2Settings.wholeNanoseconds
        cancelWindow = limits.cancelWindow.wholeNanoseconds
        let part = Int64(clamping: limits.shortest.wholeNanoseconds / 8)
        sweep = .nanoseconds(min(max(part, 5_000_000), 200_000_000))
    }
}
