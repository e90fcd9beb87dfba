import NIOCore
import NIOPosix
import Synchronization

@testable import Proxy

/// A replica whose every byte is scripted: what to do when bytes arrive is up to the test.
final class RawReplica: Sendable {
    /// What a test does with a connection: gets all bytes received since the last answer.
    typealias Script = @Sendable (_ received: String, _ channel: any Channel) -> Void

    private let server: any Channel
    private let state: State

    final class State: Sendable {
        let received = Mutex("")
        let total = Atomic<Int>(0)
        let open = Mutex<[any Channel]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let state: State
        let script: Script

        init(_ state: State, _ script: @escaping Script) {
            self.state = state
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            state.total.add(bytes.readableBytes, ordering: .relaxed)
            let text = String(buffer: bytes)
            state.received.withLock { if $0.utf8.count < 1 << 20 { $0 += text } }
            script(text, context.channel)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private init(_ server: any Channel, _ state: State) {
        self.server = server
        self.state = state
    }

    static func start(reads: Bool = true, _ script: @escaping Script = { _, _ in }) async throws -> RawReplica
    {
        let state = State()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: reads)
            .childChannelInitializer { channel in
                state.open.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(state, script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawReplica(server, state)
    }

    var endpoint: Endpoint { Endpoint(host: "127.0.0.1", port: server.localAddress!.port!) }
    var received: String { state.received.withLock { $0 } }
    var totalReceived: Int { state.total.load(ordering: .relaxed) }
    var connections: [any Channel] { state.open.withLock { $0 } }

    func stop() async {
        try? await server.close()
        for channel in connections { try? await channel.close() }
    }
}

extension Channel {
    func reply(_ text: String) { writeAndFlush(ByteBuffer(string: text), promise: nil) }
}
