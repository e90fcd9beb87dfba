public import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

extension HTTPServerBuilder {
    /// A server of HTTP/1.1 that no client can hold up: bounded headers, time-outs for slow requests and answers
    /// not taken; with TLS when given.
    ///
    /// - Parameter routes: when given, gate checks of theirs are answered by a shorter way where that says the same.
    public static func guarded(
        _ limits: ServerLimits = ServerLimits(), tls: ServerTLS? = nil,
        checksOf routes: LoadTesterRoutes? = nil
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let configuration = HTTP1Channel.Configuration(
                additionalChannelHandlers: [RequestMarker()], idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: 128))
            return GuardedHTTPChannel(
                http: HTTP1Channel(responder: responder, configuration: configuration), limits: limits,
                tls: tls?.context, checks: routes?.gateChecks)
        }
    }
}

/// An HTTP channel behind TLS, if wanted, and behind a watch over slow clients.
private struct GuardedHTTPChannel: ServerChildChannel {
    let http: HTTP1Channel
    let limits: ServerLimits
    let tls: NIOSSLContext?
    let checks: GateChecks?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
            if let checks { try channel.pipeline.syncOperations.addHandler(GateLane(checks, limits: limits)) }
            try channel.pipeline.syncOperations.addHandler(ConnectionWatch(limits))
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
