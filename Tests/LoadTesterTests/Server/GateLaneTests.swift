import Foundation
import Logging
import NIOCore
import NIOEmbedded
import Randomness
import Testing

@testable import LoadTester

@Suite("The short way of gate checks")
struct GateLaneTests {
    private static let body =
        #"{"name":"podinfo","namespace":"test","phase":"Waiting","checksum":"85d557f47b"}"#

    private static func request(
        _ target: String = "/gate/check", body: String = body, method: String = "POST", headers: String = ""
    ) -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: tester\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// A lane before nothing: what it lets pass comes out, and nobody answers that.
    ///
    /// Used without suspending, since an embedded event loop belongs to the thread that made it.
    private struct Lane {
        let channel = EmbeddedChannel()

        init(_ gates: GateStore) throws {
            try channel.pipeline.syncOperations.addHandler(
                GateLane(
                    GateChecks(gates: gates, metrics: APIMetrics()), limits: ServerLimits(),
                    now: { Date(timeIntervalSince1970: 0) }))
        }

        func write(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

        func answers() throws -> String {
            var all = ""
            while let part = try channel.readOutbound(as: ByteBuffer.self) { all += String(buffer: part) }
            return all
        }

        func passed() throws -> String {
            var all = ""
            while let part = try channel.readInbound(as: ByteBuffer.self) { all += String(buffer: part) }
            return all
        }
    }

    /// Gates of which one is known.
    private static func gates(isOpen: Bool = false) async throws -> GateStore {
        let gates = try GateStore.inMemory()
        let key = GateKey(.gate, namespace: "test", name: "podinfo")
        if isOpen { try await gates.open(key, by: GateMove(actor: "anna")) }
        _ = try await gates.check(key)
        return gates
    }

    private static func answer(_ status: String, _ body: String) -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n\(body)"
    }

    @Test("answers what is known", arguments: [true, false])
    func answersKnown(isOpen: Bool) async throws {
        let gates = try await Self.gates(isOpen: isOpen)
        let lane = try Lane(gates)
        try lane.write(Self.request() + Self.request())
        let expected = isOpen ? Self.answer("200 OK", "Approved") : Self.answer("403 Forbidden", "Forbidden")
        #expect(try lane.answers() == expected + expected)
        #expect(try lane.passed() == "")
    }

    @Test(
        "lets pass, unchanged, what is out of the ordinary",
        arguments: [
            request(body: #"{"name":"other","namespace":"test"}"#),
            request(body: #"{"name":"podinfo","namespace":"test","metadata":{"gate":"qa"}}"#),
            request(body: #"{"name":"podinfo","namespace":"test","metadata":{"approvals":"2"}}"#),
            request(body: #"{"name":"pod\u0069nfo","namespace":"test"}"#),
            request(body: #"{"name":"podinfo","name":"other","namespace":"test"}"#),
            request(body: "not JSON"), request(body: ""),
            request("/gate/check?gate=qa"), request("/gate/open"), request("/rollback/check"), request("/"),
            request(method: "GET"), request(headers: "Expect: 100-continue\r\n"),
            request(headers: "Connection: close\r\n"),
            request(headers: "Connection: upgrade\r\nUpgrade: h2c\r\n"),
            "POST /gate/check HTTP/1.1\r\nHost: tester\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /gate/check HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
            "POST /gate/check HTTP/1.1\r\nHost: te",
            "POST /gate/check HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\nHost: tester\r\n\r\n{}",
            "\u{1}\u{2}\u{3}",
        ])
    func letsPass(text: String) async throws {
        let gates = try await Self.gates()
        let lane = try Lane(gates)
        try lane.write(text + Self.request())
        #expect(try lane.passed() == text + Self.request())
        #expect(try lane.answers() == "")
    }

    @Test("takes nothing that follows what it has let pass, wherever the bytes are cut")
    func keepsBoundaries() async throws {
        var random = SplitMix64()
        let gates = try await Self.gates()
        let known = Self.request()
        let others = [
            Self.request("/gate/open"), Self.request(body: "{"), "GET /gates HTTP/1.1\r\nHost: t\r\n\r\n",
        ]
        for _ in 0..<2000 {
            let lane = try Lane(gates)
            let count = Int.random(in: 0..<4, using: &random)
            let rest =
                Bool.random(using: &random) ? others[Int.random(in: 0..<3, using: &random)] + known : ""
            var left = ByteBuffer(string: String(repeating: known, count: count) + rest)
            let whole = String(buffer: left)
            while left.readableBytes > 0 {
                let length = min(Int.random(in: 1..<400, using: &random), left.readableBytes)
                let part = left.readSlice(length: length)
                try lane.channel.writeInbound(try #require(part))
            }
            let answered = try lane.answers().components(separatedBy: "HTTP/1.1 403").count - 1
            let passed = try lane.passed()
            #expect(answered <= count, "seed \(random.seed)")
            #expect(String(repeating: known, count: answered) + passed == whole, "seed \(random.seed)")
        }
    }
}
