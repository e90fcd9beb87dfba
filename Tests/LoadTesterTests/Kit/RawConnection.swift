import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A TCP connection that sends what a test says, and hands over what comes back.
final class RawConnection: Sendable {
    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let text = Mutex("")

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = String(buffer: unwrapInboundIn(data))
            text.withLock { $0 += part }
        }
    }

    private let channel: any Channel
    private let collector: Collector

    init(_ url: String) async throws {
        let address = try #require(URLComponents(string: url))
        let collector = Collector()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(collector) }
            .connect(host: try #require(address.host), port: try #require(address.port)).get()
        self.collector = collector
    }

    /// Sends one request and returns its whole answer, which must have a `Content-Length`.
    func answer(to request: String) async throws -> String {
        try await channel.writeAndFlush(ByteBuffer(string: request))
        var found: String?
        try await eventually {
            found = collector.text.withLock { text in
                guard let end = text.range(of: "\r\n\r\n"),
                    let length = text[..<end.lowerBound].firstMatch(of: /(?i)content-length: (\d+)/),
                    let count = Int(length.1), text[end.upperBound...].utf8.count >= count
                else { return nil }
                let last = text.utf8.index(end.upperBound, offsetBy: count)
                defer { text = String(text[last...]) }
                return String(text[..<last])
            }
            return found != nil
        }
        return try #require(found)
    }

    func close() async throws { try await channel.close() }
}
