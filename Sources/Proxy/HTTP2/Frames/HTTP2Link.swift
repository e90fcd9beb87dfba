import NIOCore
import NIOHTTP2

/// Who works with the frames of a connection.
protocol FrameReceiver: AnyObject {
    /// Frames can be written from now on.
    func linkOpened()
    func received(_ frame: HTTP2Frame)
    /// A stream is over, with the reason unless both sides ended it.
    func streamClosed(_ stream: HTTP2StreamID, _ reason: HTTP2ErrorCode?)
    func writabilityChanged()
    /// The connection is gone; told once, and nothing after it.
    func linkClosed()
}

/// One end of an HTTP/2 connection. Streams are entries of the receiver's table, not channels of their own.
final class HTTP2Link: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// A connection's window is given back as bytes arrive: it is the windows of the streams that hold
    /// bodies up, lest one slow reader stop the others.
    private static let connectionWindow = 1 << 20

    let watch = GoAwayWatch()
    var isInFlushQueue = false
    private(set) var context: ChannelHandlerContext?
    private(set) var isWritable = true
    private(set) var isClosed = false
    private var receiver: (any FrameReceiver)?
    private let flushes: FlushQueue
    private var unacknowledged = 0
    private var isPaused = false

    init(flushes: FlushQueue) {
        self.flushes = flushes
    }

    func connect(to receiver: any FrameReceiver) { self.receiver = receiver }

    func write(
        _ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID, promise: EventLoopPromise<Void>? = nil
    ) {
        guard !isClosed, let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.write(wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: promise)
        flushes.add(self)
    }

    /// Writes, and tells on the event loop whether the bytes have left.
    func write(
        _ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID,
        then: @escaping (_ hasLeft: Bool) -> Void
    ) {
        guard !isClosed, let context else { return then(false) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { then(true) } else { then(false) }
        }
        write(payload, on: stream, promise: promise)
    }

    /// Gives the connection's window back for a frame.
    ///
    /// - Returns: by how much the frame has narrowed its stream's window.
    func acknowledge(_ data: HTTP2Frame.FramePayload.Data) -> Int {
        let size = data.data.readableBytes + (data.paddingBytes.map { $0 + 1 } ?? 0)
        unacknowledged += size
        if unacknowledged >= Self.connectionWindow / 2 {
            write(.windowUpdate(windowSizeIncrement: unacknowledged), on: .rootStream)
            unacknowledged = 0
        }
        return size
    }

    /// Stops reading, or goes on.
    func setReading(_ reads: Bool) {
        guard isPaused == reads, let context else { return }
        isPaused = !reads
        try? context.channel.syncOptions?.setOption(.autoRead, value: reads)
    }

    /// Closes at once.
    func close() {
        guard !isClosed else { return }
        context?.close(promise: nil)
        end()
    }

    private func end() {
        guard !isClosed else { return }
        isClosed = true
        let receiver = receiver
        self.receiver = nil
        receiver?.linkClosed()
        flushes.endBatch()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { opened() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) { opened() }

    private func opened() {
        flushes.beginBatch()
        write(.windowUpdate(windowSizeIncrement: Self.connectionWindow - 65_535), on: .rootStream)
        receiver?.linkOpened()
        flushes.endBatch()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        flushes.beginBatch()
        receiver?.received(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) { flushes.endBatch() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        receiver?.writabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let closed = event as? StreamClosedEvent { receiver?.streamClosed(closed.streamID, closed.reason) }
    }

    func channelInactive(context: ChannelHandlerContext) { end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if watch.hasGivenUp { return close() }
        switch error {
        case let error as NIOHTTP2Errors.StreamError: write(.rstStream(.internalError), on: error.streamID)
        // NIO has reset the stream, or what could not be written belonged to one that is over.
        case is any NIOHTTP2Error: break
        default: close()
        }
    }
}
