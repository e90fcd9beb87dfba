import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A TCP server that answers every request with the next of its scripted byte sequences, for what an HTTP server
/// would refuse to send: half answers, endless bodies, silence.
final class RawServer: Sendable {
    /// What is sent for one request.
    enum Answer: Sendable {
        /// These bytes, then the connection is closed.
        case bytes(String)
        /// These bytes, and the connection stays.
        case opening(String)
        /// Nothing, for as long as the client waits.
        case silence
        /// A head, then a body that never ends.
        case endless
    }

    private struct State {
        var script: [Answer]
        var requests: [String] = []
    }

    private let state: Mutex<State>
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }
    var requests: [String] { state.withLock { $0.requests } }

    /// Starts on a free loopback port; the last answer is repeated.
    init(_ script: [Answer], tls: NIOSSLContext? = nil) async throws {
        state = Mutex(State(script: script))
        let handler = Box()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(box: handler))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        handler.server.withLock { $0 = self }
    }

    func stop() async { try? await channel.close() }

    static func response(_ status: Int, _ body: String = "", headers: String = "") -> Answer {
        .bytes(
            "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(headers)Connection: close\r\n\r\n\(body)"
        )
    }

    private func next(for request: String) -> Answer {
        state.withLock { state in
            state.requests.append(request)
            return state.script.count > 1 ? state.script.removeFirst() : state.script[0]
        }
    }

    private final class Box: Sendable {
        let server = Mutex<RawServer?>(nil)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let box: Box
        var received = ""

        init(box: Box) { self.box = box }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard let end = received.range(of: "\r\n\r\n"), isComplete(String(received[end.upperBound...]))
            else { return }
            let request = received
            received = ""
            guard let server = box.server.withLock({ $0 }) else { return }
            switch server.next(for: request) {
            case .bytes(let text):
                context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .opening(let text):
                context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
            case .silence: break
            case .endless:
                context.writeAndFlush(
                    NIOAny(ByteBuffer(string: "HTTP/1.1 500 X\r\nContent-Length: 1073741824\r\n\r\n")),
                    promise: nil)
                pour(context)
            }
        }

        private func isComplete(_ body: String) -> Bool {
            let length =
                received.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.split(separator: ":")[1].trimmingPrefix(" ")) } ?? 0
            return body.utf8.count >= length
        }

        private func pour(_ context: ChannelHandlerContext) {
            let loop = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(NIOAny(ByteBuffer(repeating: UInt8(ascii: "x"), count: 65536)))
                .whenSuccess { [self] in pour(loop.value) }
        }
    }
}
