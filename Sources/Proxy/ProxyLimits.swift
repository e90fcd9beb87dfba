/// The bounds on everything a client or a replica could make the proxy wait for or keep.
public struct ProxyLimits: Equatable, Sendable {
    /// The most bytes of a request's or response's head (431, or 414 for the target alone); in HTTP/2 no more
    /// than 16 KiB.
    public var headBytes = 32 * 1024
    /// The most bytes of a request's body, framing included (413); bodies are streamed, never stored.
    public var requestBodyBytes = 1 << 30
    /// The most client connections at a time on one event loop; further ones are answered 503.
    public var connectionsPerLoop = 8192
    /// How long a client may be silent between two requests.
    public var clientIdle: Duration = .seconds(60)
    /// How long a client may take for the head of a request (408).
    public var requestHead: Duration = .seconds(10)
    /// How long a client may pause in a request's body (408), or in reading a response.
    public var clientStall: Duration = .seconds(30)
    /// How long a connection to a replica may take, before the next one is tried.
    public var connect: Duration = .seconds(2)
    /// How long a replica may take to begin its response, and may pause within it (504).
    public var response: Duration = .seconds(60)
    /// How long an unused connection to a replica is kept.
    public var upstreamIdle: Duration = .seconds(4)
    /// The most unused connections kept to one replica, on each event loop.
    public var upstreamIdleConnections = 256
    /// How long an upgraded connection, or a gRPC call, may be silent both ways.
    public var tunnelIdle: Duration = .seconds(3600)
    /// The most mirrored requests at a time on one event loop; further ones are not mirrored.
    public var mirrorsPerLoop = 128
    /// How long a replica that refused a connection is passed over while others can answer.
    public var refusedPause: Duration = .seconds(1)
    /// The most HTTP/2 calls at a time on one connection, from a client or to a replica.
    public var streamsPerConnection = 100
    /// The most HTTP/2 connections to one replica, on each event loop; calls beyond wait for a place.
    public var http2ConnectionsPerReplica = 64
    /// How long a replica may take to send its HTTP/2 settings once it is connected; what does not speak
    /// HTTP/2 is found out so (502).
    public var http2Settings: Duration = .seconds(5)
    /// The most bytes of heads and bodies of HTTP/2 calls held on one event loop. Beyond, calls are refused
    /// (503) and those that hold much are reset.
    public var callBytesPerLoop = 64 << 20
    /// How many calls a client may cancel within ``cancelWindow`` before it is cut off, if they are most of
    /// its calls.
    public var cancelledCalls = 200
    /// See ``cancelledCalls``.
    public var cancelWindow: Duration = .seconds(10)

    /// The defaults named at each limit.
    public init() {}

    var shortest: Duration {
        min(clientIdle, requestHead, min(clientStall, response, upstreamIdle), min(tunnelIdle, http2Settings))
    }
}

extension Duration {
    var wholeNanoseconds: UInt64 {
        let parts = components
        let nanoseconds = UInt64(clamping: parts.attoseconds / 1_000_000_000)
        let (seconds, overflow) = UInt64(clamping: parts.seconds).multipliedReportingOverflow(
            by: 1_000_000_000)
        return overflow ? .max / 4 : min(.max / 4, seconds &+ nanoseconds)
    }
}
