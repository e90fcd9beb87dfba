import NIOCore
import NIOPosix
import Synchronization

/// A TCP relay in front of a server, whose connections a test cuts or freezes.
public final class CuttableRelay: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isFrozen = false
        var accepted = 0
    }

    private let target: SocketAddress
    private let state = Mutex(State())
    private let listener: Mutex<(any Channel)?> = Mutex(nil)

    /// The relay's port on loopback.
    public var port: Int { listener.withLock { $0?.localAddress?.port ?? 0 } }
    /// Connections accepted so far.
    public var acceptedCount: Int { state.withLock { $0.accepted } }

    /// Starts a relay to a port of loopback.
    public init(to port: Int) async throws {
        target = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { [weak self] in
                self?.connect($0) ?? $0.close()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        listener.withLock { $0 = channel }
    }

    /// Closes all connections; new ones are accepted.
    public func cut() {
        let open = state.withLock { Array($0.connections.values) }
        open.forEach { $0.close(promise: nil) }
    }

    /// Lets nothing through any more, in connections that are open; they stay open.
    public func freeze(_ isFrozen: Bool = true) { state.withLock { $0.isFrozen = isFrozen } }

    /// Ends the relay.
    public func stop() async {
        try? await listener.withLock { $0 }?.close()
        cut()
    }

    private func connect(_ client: any Channel) -> EventLoopFuture<Void> {
        note(client)
        return ClientBootstrap(group: client.eventLoop)
            .channelInitializer { [weak self] server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Forward(to: client, relay: self))
                }
            }
            .connect(to: target)
            .flatMap { [weak self] server in
                self?.note(server)
                return client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(Forward(to: server, relay: self))
                }
            }
            .flatMap { client.setOption(.autoRead, value: true) }
    }

    private func note(_ channel: any Channel) {
        let identifier = ObjectIdentifier(channel)
        state.withLock { state in
            state.connections[identifier] = channel
            state.accepted += 1
        }
        channel.closeFuture.whenComplete { [weak self] _ in
            _ = self?.state.withLock { $0.connections.removeValue(forKey: identifier) }
        }
    }

    private final class Forward: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let other: any Channel
        weak let relay: CuttableRelay?

        init(to other: any Channel, relay: CuttableRelay?) {
            self.other = other
            self.relay = relay
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let relay, !relay.state.withLock({ $0.isFrozen }) else { return }
            other.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
