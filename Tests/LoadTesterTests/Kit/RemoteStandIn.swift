import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

/// A server that speaks the protocol of a test server over a real socket, as a script tells it to.
final class RemoteStandIn: Sendable {
    struct Call: Sendable {
        let method: String
        let path: String
        let authorization: String?
        let contentType: String?
        let body: String

        var line: String { "\(method) \(path)" }
    }

    /// What is answered to a call.
    enum Reply: Sendable {
        case json(String, status: Int = 200)
        /// JSON that never ends.
        case endless
        /// Nothing, until the client goes.
        case silence
    }

    private let recorded = Mutex<[Call]>([])

    var calls: [Call] { recorded.withLock { $0 } }
    var lines: [String] { calls.map(\.line) }

    /// Serves for the time of a test; the script gets each call and how many of the same kind came before it.
    static func run<T: Sendable>(
        _ script: @escaping @Sendable (_ call: Call, _ before: Int) async -> Reply,
        _ body: @escaping @Sendable (RemoteStandIn, _ url: String) async throws -> T
    ) async throws -> T {
        let standIn = RemoteStandIn()
        let (ports, port) = AsyncStream<Int>.makeStream()
        let responder = CallbackResponder { (request: Request, _: BasicRequestContext) in
            try await standIn.answer(request, script)
        }
        let application = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "stand-in") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try? await application.run()
                return nil
            }
            group.addTask {
                let bound = try #require(await ports.first { _ in true })
                return try await body(standIn, "http://127.0.0.1:\(bound)")
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func answer(
        _ request: Request, _ script: @Sendable (Call, Int) async -> Reply
    ) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let call = Call(
            method: request.method.rawValue, path: request.uri.description,
            authorization: request.headers[.authorization], contentType: request.headers[.contentType],
            body: String(buffer: body))
        let before = recorded.withLock { calls in
            defer { calls.append(call) }
            return calls.filter { $0.line == call.line }.count
        }
        switch await script(call, before) {
        case .json(let text, let status):
            return Response(
                status: .init(code: status), headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        case .endless:
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    let part = ByteBuffer(repeating: UInt8(ascii: "["), count: 16_384)
                    while !Task.isCancelled { try await writer.write(part) }
                    try await writer.finish(nil)
                })
        case .silence:
            try await Task.sleep(for: .seconds(60))
            return Response(status: .ok)
        }
    }
}
