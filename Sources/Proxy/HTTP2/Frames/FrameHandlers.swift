import NIOCore
import NIOHTTP2

/// How NIO's HTTP/2 is set up. It refuses what breaks the protocol, a header list that is too large, floods
/// of CONTINUATION, PING, SETTINGS, PRIORITY, RST_STREAM and empty DATA frames, and more streams than allowed.
extension NIOHTTP2Handler {
    /// The handler of frames for a connection that a client opened.
    static func forClient(_ limits: ProxyLimits, watch: GoAwayWatch) -> NIOHTTP2Handler {
        var connection = ConnectionConfiguration.bounded(limits)
        connection.initialSettings.append(
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streamsPerConnection))
        // Clients measure the way with a ping for each answer or so, which is not yet a flood.
        connection.controlFrameRateLimit.maximumCount = 4000
        connection.controlFrameRateLimit.windowLength = .milliseconds(500)
        var stream = StreamConfiguration()
        // Cancelled calls are weighed against all calls; this is the bound whatever their share.
        stream.streamResetFrameRateLimit.maximumCount = max(4000, limits.cancelledCalls)
        return NIOHTTP2Handler(
            mode: .server, frameDelegate: watch, connectionConfiguration: connection,
            streamConfiguration: stream)
    }

    /// The handler of frames for a connection to a replica.
    static func forReplica(_ limits: ProxyLimits, watch: GoAwayWatch) -> NIOHTTP2Handler {
        var connection = ConnectionConfiguration.bounded(limits)
        connection.initialSettings.append(HTTP2Setting(parameter: .enablePush, value: 0))
        connection.controlFrameRateLimit.maximumCount = 100_000
        connection.controlFrameRateLimit.windowLength = .seconds(1)
        var stream = StreamConfiguration()
        // A replica in trouble may reset every call; that is counted, not punished.
        stream.streamResetFrameRateLimit.maximumCount = 100_000
        stream.streamResetFrameRateLimit.windowLength = .seconds(1)
        return NIOHTTP2Handler(
            mode: .client, frameDelegate: watch, connectionConfiguration: connection,
            streamConfiguration: stream)
    }
}

extension NIOHTTP2Handler.ConnectionConfiguration {
    fileprivate static func bounded(_ limits: ProxyLimits) -> Self {
        var configuration = Self()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .initialWindowSize, value: BodyFlow.window),
            // Above the limit for heads, so that those that are a little too large can be answered.
            HTTP2Setting(parameter: .maxHeaderListSize, value: 2 * limits.headBytes),
        ]
        configuration.maximumSequentialEmptyDataFrames = 10
        configuration.maximumRecentlyResetStreams = 2 * limits.streamsPerConnection
        return configuration
    }
}

/// Notes that NIO gave a connection up. Of an error alone it cannot be told whether a stream or the whole
/// connection is broken.
final class GoAwayWatch: NIOHTTP2FrameDelegate {
    private(set) var hasGivenUp = false

    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { hasGivenUp = true }
    }
}
