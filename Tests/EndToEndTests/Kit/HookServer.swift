import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A receiver of webhooks on a free port, with an answer for each path and a record of what came.
final class HookServer: Sendable {
    /// What a path answers.
    enum Answer: Sendable, Equatable {
        /// A whole answer, after a delay.
        case status(Int, body: String = "", delay: Duration = .zero, headers: [String: String] = [:])
        /// Reads the request and says nothing.
        case hang
        /// Announces more than it sends, then hangs up.
        case half
        /// A body of this many bytes, sent as fast as it is read.
        case flood(bytes: Int)
        /// A redirect to itself.
        case redirectLoop
    }

    /// One request as it came.
    struct Call: Sendable, Equatable {
        var path: String
        var name: String
        var namespace: String
        var phase: String
        var checksum: String
        var metadata: [String: String]
        /// What was asked for after the path.
        var query = ""
        /// The body, for receivers of anything but webhooks.
        var body = ""
        var headers: [String: String] = [:]
        /// The status that was answered; 0 when there was none.
        var status: Int
        /// The body that was answered.
        var answered = ""
    }

    private struct State {
        var standing: [String: Answer] = [:]
        var queued: [String: [Answer]] = [:]
        var calls: [Call] = []
    }

    private let state = Mutex(State())
    private let channel: any Channel
    let port: Int

    static func run<T>(_ body: (HookServer) async throws -> T) async throws -> T {
        let server = try await HookServer()
        do {
            let result = try await body(server)
            try await server.channel.close()
            return result
        } catch {
            try? await server.channel.close()
            throw error
        }
    }

    private init() async throws {
        let reference = HookServerReference()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(HookReceiver(reference))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        reference.point(to: self)
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

    /// Sets what a path answers from now on; 200 `OK` unless set.
    func answer(_ path: String, _ answer: Answer) { state.withLock { $0.standing[path] = answer } }

    /// Sets what a path answers next, once each, before its standing answer.
    func answerOnce(_ path: String, _ answers: [Answer]) {
        state.withLock { $0.queued[path, default: []] += answers }
    }

    /// The calls so far, in order; of one path where given.
    func calls(of path: String? = nil) -> [Call] {
        state.withLock { state in state.calls.filter { path == nil || $0.path == path } }
    }

    func forget() { state.withLock { $0.calls = [] } }

    fileprivate func take(_ uri: String, _ headers: HTTPHeaders, _ body: ByteBuffer) -> Answer {
        let path = String(uri.drop { $0 == "/" }.prefix { $0 != "?" })
        struct Payload: Decodable {
            var name: String, namespace: String, phase: String, checksum: String
            var metadata: [String: String]?
        }
        let payload = try? JSONDecoder().decode(Payload.self, from: Data(body.readableBytesView))
        return state.withLock { state in
            var answer = state.standing[path] ?? .status(200, body: "OK")
            if state.queued[path]?.isEmpty == false, let next = state.queued[path]?.removeFirst() {
                answer = next
            }
            var (status, answered) = (0, "")
            if case .status(let code, let text, _, _) = answer { (status, answered) = (code, text) }
            state.calls.append(
                Call(
                    path: path, name: payload?.name ?? "", namespace: payload?.namespace ?? "",
                    phase: payload?.phase ?? "", checksum: payload?.checksum ?? "",
                    metadata: payload?.metadata ?? [:],
                    query: String(uri.drop { $0 != "?" }.dropFirst()), body: String(buffer: body),
                    headers: Dictionary(headers.map { ($0.name.lowercased(), $0.value) }) { $1 },
                    status: status, answered: answered))
            return answer
        }
    }
}

/// Lets connections be accepted by a server that is still being made.
final class HookServerReference: Sendable {
    private let server = Mutex<HookServer?>(nil)

    func point(to server: HookServer) { self.server.withLock { $0 = server } }

    fileprivate func take(
        _ uri: String, _ headers: HTTPHeaders, _ body: ByteBuffer
    ) -> HookServer.Answer {
        server.withLock { $0 }?.take(uri, headers, body) ?? .status(503)
    }
}

/// One connection of a hook server.
private final class HookReceiver: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let reference: HookServerReference
    private var uri = ""
    private var headers = HTTPHeaders()
    private var body = ByteBuffer()

    init(_ reference: HookServerReference) { self.reference = reference }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            uri = head.uri
            headers = head.headers
            body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end: answer(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ context: ChannelHandlerContext) {
        switch reference.take(uri, headers, body) {
        case .status(let code, let body, let delay, let headers):
            let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: TimeAmount(delay)) {
                loopBound.value.send(bound.value, code, ByteBuffer(string: body), headers)
            }
        case .hang: break
        case .half:
            write(context, 200, ["Content-Length": "1000"])
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "half")))))
                .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        case .flood(let bytes):
            write(context, 200, ["Content-Length": "\(bytes)"])
            flood(context, left: bytes)
        case .redirectLoop: send(context, 307, ByteBuffer(), ["Location": uri + "?again"])
        }
    }

    private func send(
        _ context: ChannelHandlerContext, _ code: Int, _ body: ByteBuffer, _ headers: [String: String]
    ) {
        write(
            context, code,
            headers.merging(code == 204 ? [:] : ["Content-Length": "\(body.readableBytes)"]) { $1 })
        if body.readableBytes > 0, code != 204 {
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func write(_ context: ChannelHandlerContext, _ code: Int, _ headers: [String: String]) {
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: code),
            headers: HTTPHeaders(headers.map { ($0.key, $0.value) }))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func flood(_ context: ChannelHandlerContext, left: Int) {
        guard left > 0, context.channel.isActive else { return }
        let part = min(left, 1 << 16)
        let buffer = ByteBuffer(repeating: UInt8(ascii: "x"), count: part)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer)))).assumeIsolated().whenSuccess {
            self.flood(context, left: left - part)
        }
    }
}
