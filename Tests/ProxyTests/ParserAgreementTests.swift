import HTTP1
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Randomness
import Testing

@testable import Proxy

/// What the proxy's own parser accepts, NIO's must read the same way: a difference is how requests are
/// smuggled.
@Suite("Parser agreement") struct ParserAgreementTests {
    private static let seeds = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /in?x=1 HTTP/1.1\r\nHost: app.test:80\r\nContent-Length: 5\r\n\r\nhello",
        "PUT /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
        "POST /t HTTP/1.1\r\nHost: a\r\ntransfer-encoding:\tchunked \r\n\r\n1\r\nx\r\n0\r\nT: v\r\n\r\n",
        "HEAD /h HTTP/1.0\r\nConnection: keep-alive, x-a\r\nX-A: b\r\nCookie: a=b; c=d\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nAccept: */*\r\n\r\n",
    ]
    private static let pieces = [
        "\r", "\n", "\r\n", " ", "\t", ":", ",", ";", "\0", "\u{7f}", "0", "5", "a", "chunked",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "HTTP/1.1", "+", "-", "0x", "Connection: close\r\n",
        "\"",
    ]

    private struct Reading: Equatable {
        var method: String
        var target: String
        var body: [UInt8]
        /// Bytes after the message.
        var rest: Int
    }

    /// Reads one whole request with the proxy's parser; nil when it is refused or incomplete.
    private func ours(_ bytes: [UInt8]) -> Reading? {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
            var head = RequestHead()
            guard (try? head.read(base, raw.count, into: HeadFields())) == true else { return nil }
            var framing = BodyFraming.none
            if head.length.isChunked {
                framing = .chunked(ChunkScanner())
            } else if let length = head.length.contentLength {
                framing = .length(length)
            }
            let rest = UnsafeRawBufferPointer(rebasing: raw[head.count...])
            guard let count = try? framing.consume(rest), framing.isComplete else { return nil }
            return Reading(
                method: String(decoding: raw[..<head.methodEnd], as: UTF8.self),
                target: String(decoding: raw[head.targetStart..<head.targetEnd], as: UTF8.self),
                body: head.length.isChunked ? [] : Array(rest[..<count]), rest: rest.count - count)
        }
    }

    /// Reads what the proxy would send on, with NIO's decoder.
    private func nio(_ bytes: [UInt8]) throws -> (reading: Reading, requests: Int)? {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.pipeline.syncOperations.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        do { try channel.writeInbound(ByteBuffer(bytes: bytes)) } catch { return nil }
        var reading = Reading(method: "", target: "", body: [], rest: 0)
        var (isChunked, requests, isComplete) = (false, 0, false)
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                requests += 1
                guard requests == 1 else { continue }
                reading.method = head.method.rawValue
                reading.target = head.uri
                isChunked = head.headers.contains(name: "transfer-encoding")
            case .body(let body):
                if requests == 1, !isChunked { reading.body += Array(body.readableBytesView) }
            case .end: if requests == 1 { isComplete = true }
            }
        }
        return isComplete ? (reading, requests) : nil
    }

    private func forwarded(_ bytes: [UInt8]) -> [UInt8]? {
        bytes.withUnsafeBytes { raw -> [UInt8]? in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
            var head = RequestHead()
            let fields = HeadFields()
            guard (try? head.read(base, raw.count, into: fields)) == true else { return nil }
            var out = ByteBuffer()
            head.forward(base, fields, client: ForwardedClient(address: "127.0.0.1"), into: &out)
            return Array(out.readableBytesView) + Array(raw[head.count...])
        }
    }

    @Test("lets pass only what NIO's decoder reads as the same single request", arguments: 0..<8)
    func agrees(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var accepted = 0
        for _ in 0..<1000 {
            var bytes = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
                default:
                    bytes.insert(
                        contentsOf: Array((Self.pieces.randomElement(using: &random) ?? "").utf8), at: place)
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            guard let reading = ours(bytes), reading.rest == 0, let sent = forwarded(bytes) else { continue }
            // Methods NIO does not know and targets it rejects cannot smuggle anything.
            guard let other = try nio(sent) else { continue }
            accepted += 1
            let text = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(other.requests == 1, "seed \(seed): \(text)")
            #expect(other.reading.method == reading.method, "seed \(seed): \(text)")
            #expect(other.reading.body == reading.body, "seed \(seed): \(text)")
        }
        #expect(accepted > 100)
    }

    @Test("reads a request the same wherever it is split", arguments: seeds)
    func incremental(request: String) async throws {
        let replica = try await Replica.start { Replica.Reply(body: "\($0.head.uri) \($0.body.count)") }
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (_, port) async throws in
            let whole = try await RawClient.connect(port)
            try await whole.send(request)
            let expected = try await whole.response(answersHead: request.hasPrefix("HEAD"))
            let bytes = Array(request.utf8)
            for place in 1..<bytes.count {
                let client = try await RawClient.connect(port)
                try await client.send(Array(bytes[..<place]))
                try await client.send(Array(bytes[place...]))
                let response = try await client.response(answersHead: request.hasPrefix("HEAD"))
                #expect(response.status == 200 && response.text == expected.text, "split at \(place)")
                await client.close()
            }
        }
        await replica.stop()
    }
}
