import Foundation
import Randomness
import Testing

@testable import LoadTester

@Suite("Gate checks over one connection")
struct GateAnswerTests {
    private static func request(_ target: String, _ body: String) -> String {
        "POST \(target) HTTP/1.1\r\nHost: tester\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static let body = #"{"name":"podinfo","namespace":"test"}"#

    @Test("are answered byte by byte the same by the long and by the short way", .timeLimit(.minutes(5)))
    func sameBytes() async throws {
        try await LiveServer.run { server in
            let connection = try RawConnection(to: server.address)
            for isOpen in [false, true] {
                if isOpen { #expect(try await server.send("/gate/open", Self.body).status == 202) }
                let long = try await connection.answer(to: Self.request("/gate/check", Self.body))
                let short = try await connection.answer(to: Self.request("/gate/check", Self.body))
                #expect(long.contains(isOpen ? "Approved" : "Forbidden"))
                #expect(Self.withoutDate(short) == Self.withoutDate(long))
            }
        }
    }

    @Test("and other requests between them are all answered in their order", .timeLimit(.minutes(5)))
    func mixed() async throws {
        try await LiveServer.run { server in
            var random = SplitMix64()
            var isOpen = false
            for _ in 0..<5 {
                let connection = try RawConnection(to: server.address)
                for _ in 0..<40 {
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0:
                        isOpen.toggle()
                        let path = isOpen ? "/gate/open" : "/gate/close"
                        let answer = try await connection.answer(to: Self.request(path, Self.body))
                        #expect(answer.hasPrefix("HTTP/1.1 202"), "seed \(random.seed)")
                    case 1:
                        let answer = try await connection.answer(to: Self.request("/gate/halt", "{}"))
                        #expect(answer.hasPrefix("HTTP/1.1 403"), "seed \(random.seed)")
                    default:
                        let answer = try await connection.answer(to: Self.request("/gate/check", Self.body))
                        #expect(
                            answer.hasPrefix(isOpen ? "HTTP/1.1 200" : "HTTP/1.1 403"), "seed \(random.seed)")
                    }
                }
            }
        }
    }

    @Test("count in the metrics whichever way they were answered", .timeLimit(.minutes(5)))
    func counted() async throws {
        try await LiveServer.run { server in
            let connection = try RawConnection(to: server.address)
            for _ in 0..<10 { _ = try await connection.answer(to: Self.request("/gate/check", Self.body)) }
            let metrics = try await server.get("/metrics")
            #expect(
                metrics.contains(
                    #"aviary_loadtester_http_requests_total{path="/gate/check",status="403"} 10"#))
            #expect(
                metrics.contains(#"aviary_loadtester_gate_checks_total{kind="gate",answer="forbidden"} 10"#))
            let gates = try await server.get("/gates")
            #expect(gates.contains(#""count":10"#) || gates.contains(#""checks":10"#), "\(gates)")
        }
    }

    private static func withoutDate(_ answer: String) -> [Substring] {
        answer.split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("Date: ") }
    }
}

extension RawConnection {
    /// Sends one request and returns its whole answer, which must have a `Content-Length`.
    fileprivate func answer(to request: String) async throws -> String {
        #expect(send(request))
        var text = ""
        try await eventually {
            text += try #require(received())
            guard let end = text.range(of: "\r\n\r\n"),
                let length = text[..<end.lowerBound].firstMatch(of: /(?i)content-length: (\d+)/)
            else { return false }
            return text[end.upperBound...].utf8.count == Int(length.1)
        }
        return text
    }
}
