import HTTP1
import NIOCore

/// A connection to a replica: sends one request at a time and hands the response to who asked.
final class UpstreamConnection: ChannelInboundHandler, RosterMember {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Who waits for the response.
    enum Owner {
        case nobody
        case client(ClientConnection)
        case mirror(MirrorExchange)
    }

    enum State {
        case idle, awaitingHead, body, tunnel, closed
    }

    let loop: ProxyLoop
    let pool: UpstreamPool
    var place = -1
    var deadline = UInt64.max
    var state = State.idle
    var owner = Owner.nobody
    var framing = BodyFraming.none
    var inbound = ByteBuffer()
    /// The present request asked for the head alone.
    var answersHead = false
    /// How many interim responses the present request has had.
    var interims = 0
    /// The whole request has been sent, so that the connection can be used again.
    var isRequestSent = false
    /// The replica will keep the connection open.
    var keepsAlive = false
    private(set) var isWritable = true
    private var isPaused = false
    private(set) var context: ChannelHandlerContext?

    init(loop: ProxyLoop, pool: UpstreamPool) {
        self.loop = loop
        self.pool = pool
    }

    /// Begins an exchange; the request is sent with ``send(_:)``.
    @inline(__always)
    func begin(_ owner: Owner, answersHead: Bool) {
        self.owner = owner
        self.answersHead = answersHead
        state = .awaitingHead
        isRequestSent = false
        interims = 0
        pool.inFlight += 1
        deadline = loop.coarseNow &+ loop.times.response
    }

    /// Ends the exchange after a complete response.
    @inline(__always)
    func finish() {
        owner = .nobody
        pool.inFlight -= 1
        state = .idle
        guard keepsAlive, isRequestSent else { return closeNow() }
        if isPaused { resume() }
        pool.park(self)
    }

    /// Ends the exchange because nobody wants the response any more.
    func abandon() {
        if case .nobody = owner {} else { pool.inFlight -= 1 }
        owner = .nobody
        closeNow()
    }

    @inline(__always)
    func send(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func write(_ bytes: ByteBuffer) {
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    func flush() { context?.flush() }

    /// Stops reading until ``resume()``; what has arrived is still delivered.
    func pause() {
        guard !isPaused, let context else { return }
        isPaused = true
        deadline = .max
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    }

    func resume() {
        guard isPaused, let context else { return }
        isPaused = false
        deadline = state == .tunnel ? .max : loop.coarseNow &+ loop.times.response
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }

    /// Whether the replica has not closed the connection, as far as the kernel knows by now.
    func isStillOpen() -> Bool { context?.channel.isEstablished ?? false }

    func closeNow() {
        guard state != .closed else { return }
        state = .closed
        pool.forget(self)
        context?.close(promise: nil)
    }

    /// Ends a tunnel once everything written has been sent.
    func closeAfterFlush() {
        if case .nobody = owner {} else { pool.inFlight -= 1 }
        owner = .nobody
        guard state != .closed, let context else { return }
        state = .closed
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in self.context?.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
        deadline = loop.coarseNow &+ loop.times.linger
    }

    func deadlinePassed() {
        deadline = .max
        switch (owner, state) {
        case (_, .closed): context?.close(promise: nil)
        case (.nobody, _): closeNow()
        case (.client(let client), _): client.upstreamTimedOut()
        case (.mirror(let mirror), _): mirror.end(.failed)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.upstreams.insert(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.upstreams.remove(self)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { receive(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .client(let client) = owner, state != .awaitingHead { client.flush() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        guard case .client(let client) = owner, isWritable else { return }
        client.upstreamDrained()
    }

    func channelInactive(context: ChannelHandlerContext) { disconnected() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
