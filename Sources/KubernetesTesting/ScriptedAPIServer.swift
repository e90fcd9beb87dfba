public import JSON
import NIOCore
import NIOPosix
public import NIOSSL
import Synchronization

/// An HTTP server that answers as a test tells it, also as no API server should: half answers, silence, cut connections.
public final class ScriptedAPIServer: Sendable {
    /// A request as it came.
    public struct Request: Sendable {
        /// The method.
        public let method: String
        /// Path and query.
        public let target: String
        /// The headers; names in lower case.
        public let headers: [String: String]
        /// The body.
        public let body: String

        /// The path without the query.
        public var path: String { String(target.prefix { $0 != "?" }) }
        /// Whether it asks for a watch.
        public var isWatch: Bool { target.contains("watch=true") }
    }

    /// What is sent for a request.
    public enum Answer: Sendable {
        /// A JSON body.
        case json(Int, JSONValue, headers: [String: String] = [:])
        /// These bytes as they are; then the connection is closed.
        case raw(String)
        /// A stream of lines, and how it ends.
        case stream([String], End)
        /// Nothing, for as long as the client waits.
        case silence
        /// The connection is closed without an answer.
        case close
    }

    /// How a stream ends.
    public enum End: Sendable {
        /// In order.
        case complete
        /// By a connection that is closed in the middle.
        case cut
        /// Not at all; nothing more comes.
        case silence
    }

    private let channel: any Channel
    private let log = Mutex<[Request]>([])

    /// `http://127.0.0.1:PORT`, or `https`.
    public let url: String
    /// All requests so far.
    public var requests: [Request] { log.withLock { $0 } }

    /// Starts on a free loopback port; `answer` gets each request and how many came before it.
    public init(
        tls: NIOSSLContext? = nil, _ answer: @escaping @Sendable (Request, Int) -> Answer
    ) async throws {
        let box = Box()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request in
                            let count = box.server.withLock { $0 }?.note(request) ?? 0
                            return answer(request, count)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        url = "\(tls == nil ? "http" : "https")://127.0.0.1:\(channel.localAddress?.port ?? 0)"
        box.server.withLock { $0 = self }
    }

    /// Stops listening.
    public func stop() async { try? await channel.close() }

    private func note(_ request: Request) -> Int {
        log.withLock { log in
            log.append(request)
            return log.count - 1
        }
    }

    private final class Box: Sendable {
        let server = Mutex<ScriptedAPIServer?>(nil)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let answer: @Sendable (Request) -> Answer
        var received = ""

        init(answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard let request = Self.parse(received) else { return }
            received = ""
            switch answer(request) {
            case .json(let status, let json, let headers):
                let body = json.text()
                let fields = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
                send(
                    "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n\(fields)"
                        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)", context)
                context.close(promise: nil)
            case .raw(let text):
                send(text, context)
                context.close(promise: nil)
            case .stream(let lines, let end):
                send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", context)
                for line in lines { send("\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n", context) }
                if case .complete = end { send("0\r\n\r\n", context) }
                if case .silence = end { return }
                context.close(promise: nil)
            case .silence: break
            case .close: context.close(promise: nil)
            }
        }

        private func send(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
        }

        private static func parse(_ text: String) -> Request? {
            guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
            let lines = text[..<end.lowerBound].split(separator: "\r\n")
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].trimmingPrefix(" ")) }
            }
            let body = String(text[end.upperBound...])
            guard body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
            let words = lines.first?.split(separator: " ").map(String.init) ?? []
            guard words.count == 3 else { return nil }
            return Request(method: words[0], target: words[1], headers: headers, body: body)
        }
    }
}
