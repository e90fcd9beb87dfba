import NIOCore
import NIOPosix

/// A server on a free loopback port that sends one text to each client, or nothing, and never hangs up.
struct SilentServer {
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }

    static func start(_ text: String) async throws -> SilentServer {
        SilentServer(
            channel: try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    if !text.isEmpty {
                        channel.eventLoop.execute {
                            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
                        }
                    }
                    return channel.eventLoop.makeSucceededVoidFuture()
                }
                .bind(host: "127.0.0.1", port: 0).get())
    }

    func stop() async { try? await channel.close() }
}
