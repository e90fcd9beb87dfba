import NIOCore

/// Closes the connection of a client that sends its request, or takes its answer, too slowly.
///
/// It stands before the HTTP decoder, where the first byte of a request is seen, and learns from a
/// ``RequestMarker`` behind the decoder when the request is complete.
final class ConnectionWatch: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let requestLimit: TimeAmount
    private let stallLimit: TimeAmount
    /// Requests that have not arrived to their end are at most one; those answered before that count as well.
    private var isArriving = false
    private var unanswered = 0
    private var deadline: Scheduled<Void>?
    private var pendingWrites = 0
    private var takenSinceLook = false
    private var stallCheck: Scheduled<Void>?

    init(_ limits: ServerLimits) {
        requestLimit = TimeAmount(limits.request)
        stallLimit = TimeAmount(limits.idle)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isArriving, unanswered <= 0 {
            isArriving = true
            let channel = context.channel
            deadline = context.eventLoop.scheduleTask(in: requestLimit) { channel.close(promise: nil) }
        }
        context.fireChannelRead(data)
    }

    /// Whether nothing is arriving or waiting for its answer, as far as whole requests go.
    var isQuiet: Bool { !isArriving && unanswered <= 0 }

    /// The server shuts down: a request that is on its way gets a second more, not all of its time.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, isArriving {
            deadline?.cancel()
            let channel = context.channel
            deadline = context.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func requestCompleted() {
        isArriving = false
        deadline?.cancel()
        unanswered += 1
    }

    func answerCompleted() { unanswered -= 1 }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pendingWrites += 1
        if pendingWrites == 1 { watchForStall(context) }
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { _ in self.writeCompleted() }
        context.write(data, promise: written)
    }

    private func writeCompleted() {
        pendingWrites -= 1
        takenSinceLook = true
        if pendingWrites == 0 { stallCheck?.cancel() }
    }

    private func watchForStall(_ context: ChannelHandlerContext) {
        takenSinceLook = false
        stallCheck = context.eventLoop.assumeIsolated().scheduleTask(in: stallLimit) {
            guard self.pendingWrites > 0 else { return }
            if self.takenSinceLook { self.watchForStall(context) } else { context.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        stallCheck?.cancel()
        context.fireChannelInactive()
    }
}
