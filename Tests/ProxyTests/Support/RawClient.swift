import NIOCore
import NIOPosix
import Synchronization

/// A client that sends exactly the bytes it is told to.
final class RawClient: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    private final class Inbox: Sendable {
        let state = Mutex((bytes: [UInt8](), total: 0, isClosed: false))
        let keepsBytes: Bool
        init(keepsBytes: Bool) { self.keepsBytes = keepsBytes }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let inbox: Inbox
        init(_ inbox: Inbox) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            inbox.state.withLock {
                if inbox.keepsBytes { $0.bytes += Array(bytes.readableBytesView) }
                $0.total += bytes.readableBytes
            }
        }

        func channelInactive(context: ChannelHandlerContext) { inbox.state.withLock { $0.isClosed = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private init(_ channel: any Channel, _ inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    static func connect(_ port: Int, keepsBytes: Bool = true, reads: Bool = true) async throws -> RawClient {
        let inbox = Inbox(keepsBytes: keepsBytes)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel, inbox)
    }

    var isClosed: Bool { inbox.state.withLock { $0.isClosed } }
    var totalReceived: Int { inbox.state.withLock { $0.total } }
    var text: String { String(decoding: inbox.state.withLock { $0.bytes }, as: UTF8.self) }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Sends without waiting for the bytes to leave.
    func post(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func setReading(_ reads: Bool) async throws { try await channel.setOption(.autoRead, value: reads).get() }

    /// The next response, interim ones included.
    func response(answersHead: Bool = false, within limit: Duration = .seconds(30)) async throws
        -> ClientResponse
    {
        var found: ClientResponse?
        try await eventually("a response; so far: \(text.prefix(300))", within: limit) {
            found = inbox.state.withLock {
                ClientResponse.take(from: &$0.bytes, answersHead: answersHead, isClosed: $0.isClosed)
            }
            if found == nil, isClosed, text.isEmpty {
                throw TimedOut(description: "closed without a response")
            }
            return found != nil
        }
        return found!
    }

    func awaitText(_ expected: String) async throws {
        try await eventually("\(expected); so far: \(text.prefix(300))") { text.contains(expected) }
    }

    func awaitClose(within limit: Duration = .seconds(30)) async throws {
        try await eventually("the connection to be closed", within: limit) { isClosed }
    }

    func close() async { try? await channel.close() }
}

/// One request on its own connection.
func get(_ port: Int, _ path: String = "/", headers: [String] = []) async throws -> ClientResponse {
    let client = try await RawClient.connect(port)
    let lines = ["GET \(path) HTTP/1.1", "Host: app.test"] + headers + ["Connection: close", "", ""]
    try await client.send(lines.joined(separator: "\r\n"))
    let response = try await client.response()
    await client.close()
    return response
}
