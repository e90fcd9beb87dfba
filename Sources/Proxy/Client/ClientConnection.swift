import NIOCore

/// A client's connection: reads its requests one at a time and has each answered by a replica.
final class ClientConnection: ChannelInboundHandler, RemovableChannelHandler, RosterMember {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum State {
        /// Between requests, or within a request's head.
        case idle
        /// Waiting for a connection to a replica.
        case connecting
        /// A request is under way to, or a response from, a replica.
        case exchanging
        /// Bytes pass both ways unread.
        case tunnel
        /// All is written; the client is still allowed to send, unheard, until it has read it.
        case lingering
        case closed
    }

    /// Beyond this, bytes that cannot be dealt with yet are left in the socket.
    static let mostBufferedBytes = 64 * 1024

    let loop: ProxyLoop
    let audience: Listener.Audience
    let client: ForwardedClient
    /// The port it was accepted on.
    let port: Int
    /// Whether it ends after the present request, since its port is not served any more.
    private(set) var isLeaving = false
    /// Accepted beyond the limit of connections, only to be told so.
    private let isSurplus: Bool
    var place = -1
    var deadline = UInt64.max
    var state = State.idle
    var exchange = Exchange()
    /// What has arrived and has not been dealt with.
    var inbound = ByteBuffer()
    /// The head sent to the replica, with what of the body was sent, as far as it may be sent again.
    var requestOut = ByteBuffer()
    /// The head of the response, with the part of its body that came along.
    var responseOut = ByteBuffer()
    var upstream: UpstreamConnection?
    var mirror: MirrorExchange?
    var isWritable = true
    var isProcessing = false
    /// Something was written to the replica without a flush.
    var hasUnflushedBody = false
    /// Within the handling of bytes that have just arrived, whose end is the time to flush.
    private(set) var isInRead = false
    private(set) var isPaused = false
    var context: ChannelHandlerContext?

    init(loop: ProxyLoop, audience: Listener.Audience, address: String, port: Int, isSurplus: Bool) {
        self.loop = loop
        self.audience = audience
        self.isSurplus = isSurplus
        self.port = port
        client = ForwardedClient(address: address)
    }

    var isIdle: Bool { state == .idle && inbound.readableBytes == 0 }

    /// Ends with the present request, or soon without one, when it was accepted on this port.
    func leave(port: Int, idleCloseAt: UInt64) {
        guard self.port == port else { return }
        isLeaving = true
        if isIdle { deadline = min(deadline, idleCloseAt) }
    }

    /// Stops reading until ``resume()``; what has arrived is still delivered.
    func pause() {
        guard !isPaused, let context else { return }
        isPaused = true
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    }

    func resume() {
        guard isPaused, let context else { return }
        isPaused = false
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }

    func flush() { context?.flush() }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.clients.insert(self)
        deadline = loop.clock.now() &+ loop.times.requestHead
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.clients.remove(self)
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        if isSurplus { refuse(.tooManyConnections) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        isInRead = true
        switch state {
        case .lingering, .closed: return
        case .tunnel:
            deadline = loop.coarseNow &+ loop.times.tunnelIdle
            upstream?.write(bytes)
            hasUnflushedBody = true
            if upstream?.isWritable == false { pause() }
        case .idle, .connecting, .exchanging:
            if inbound.readableBytes == 0 { inbound = bytes } else { inbound.writeBuffer(&bytes) }
            process()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isInRead = false
        flushBody()
    }

    func flushBody() {
        guard hasUnflushedBody else { return }
        hasUnflushedBody = false
        upstream?.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable {
            if state == .exchanging, exchange.isRequestComplete { deadline = .max }
            upstream?.resume()
            process()
        } else if state == .exchanging {
            deadline = loop.coarseNow &+ loop.times.clientStall
        }
    }

    /// The client has gone; nobody wants the response.
    func channelInactive(context: ChannelHandlerContext) { hungUp() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
