public import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

extension HTTPServerBuilder {
    /// A server of HTTP/1.1 that no client can hold up: bounded headers, time-outs for slow requests and answers
    /// not taken; with TLS when given.
    public static func guarded(_ limits: ServerLimits = ServerLimits(), tls: ServerTLS? = nil)
        -> HTTPServerBuilder
    {
        HTTPServerBuilder { responder in
            let configuration = HTTP1Channel.Configuration(
                additionalChannelHandlers: [RequestMarker()], idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: 128))
            return GuardedHTTPChannel(
                http: HTTP1Channel(responder: responder, configuration: configuration), limits: limits,
                tls: tls?.context)
        }
    }
}

/// An HTTP channel behind TLS, if wanted, and behind a watch over slow clients.
private struct GuardedHTTPChannel: ServerChildChannel {
    let http: HTTP1Channel
    let limits: ServerLimits
    let tls: NIOSSLContext?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
            try channel.pipeline.syncOperations.addHandler(ConnectionWatch(limits))
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
