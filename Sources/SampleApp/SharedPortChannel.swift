import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore

/// HTTP/1.1, and HTTP/2 for clients that begin with it (RFC 9113, 3.3), on one port without TLS.
struct SharedPortChannel: ServerChildChannel {
    /// Which of both a connection speaks.
    enum Version: Sendable {
        case http1(HTTP1Channel.Value)
        case http2(HTTP2Channel.Value)
    }

    struct Value: ServerChildChannelValue {
        let version: EventLoopFuture<Version>
        let channel: any Channel
    }

    private let http1: HTTP1Channel
    private let http2: HTTP2Channel
    /// Time a client has for its first bytes, and to be idle.
    private let idleTimeout: Duration

    init(responder: @escaping HTTPChannelHandler.Responder, idleTimeout: Duration) {
        self.idleTimeout = idleTimeout
        http1 = HTTP1Channel(
            responder: responder, configuration: .init(idleTimeout: TimeAmount(idleTimeout)))
        http2 = HTTP2Channel(
            responder: responder,
            configuration: .init(
                idleTimeout: idleTimeout, gracefulCloseTimeout: .seconds(30),
                streamConfiguration: .init(additionalChannelHandlers: [ConnectionHeaderRemoval()])))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let version = channel.eventLoop.makePromise(of: Version.self)
        channel.closeFuture.whenComplete { _ in version.fail(ChannelError.eof) }
        let (http1, http2) = (http1, http2)
        return channel.eventLoop.makeCompletedFuture {
            let detection = PrefaceDetection { isHTTP2 in
                let configured =
                    isHTTP2
                    ? http2.setup(channel: channel, logger: logger).map { Version.http2($0) }
                    : http1.setup(channel: channel, logger: logger).map { Version.http1($0) }
                configured.cascade(to: version)
                return configured.map { _ in }
            }
            try channel.pipeline.syncOperations.addHandler(detection)
            let undecided = channel.eventLoop.scheduleTask(in: TimeAmount(idleTimeout)) {
                channel.close(promise: nil)
            }
            version.futureResult.whenComplete { _ in undecided.cancel() }
            return Value(version: version.futureResult, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.version.get() {
            case .http1(let connection): await http1.handle(value: connection, logger: logger)
            case .http2(let connection): await http2.handle(value: connection, logger: logger)
            }
        } catch {
            // The client left, or sent nothing, before it was known what it speaks.
            try? await value.channel.close()
        }
    }
}
