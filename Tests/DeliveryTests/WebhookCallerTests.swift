import FlaggerAPI
import Synchronization
import Testing

@testable import Delivery

@Suite("WebhookCaller")
struct WebhookCallerTests {
    private let payload = CanaryWebhookPayload(
        name: "podinfo", namespace: "test", phase: "Progressing", checksum: "85d557f47b", metadata: [:])

    /// Calls a scripted server and returns the outcome, what the server received and the pauses taken.
    private func call(
        _ script: [RawServer.Answer], retries: Int = 0, timeout: Duration = .seconds(30),
        path: String = "/hook",
        payload: CanaryWebhookPayload? = nil
    ) async throws -> (outcome: HookOutcome, requests: [String], pauses: [Duration]) {
        let server = try await RawServer(script)
        let pauses = PauseLog()
        let caller = WebhookCaller(
            resolve: { host, _ in host == "hook.test" ? ("127.0.0.1", server.port) : nil },
            pause: { pauses.add($0) })
        let outcome = await caller.call(
            HookEndpoint(url: "http://hook.test\(path)", timeout: timeout, retries: retries),
            payload: payload ?? self.payload)
        await caller.shutdown()
        await server.stop()
        return (outcome, server.requests, pauses.all)
    }

    @Test(
        "passes on 200 to 202 and on nothing else, 204 and 3xx included",
        arguments: [
            (200, true), (201, true), (202, true), (203, false), (204, false), (299, false), (304, false),
            (400, false),
            (403, false), (500, false),
        ])
    func statusDecides(status: Int, passes: Bool) async throws {
        let found = try await call([RawServer.response(status, "said")])
        #expect(found.outcome.isPass == passes)
        #expect(found.outcome.status == status)
    }

    @Test("sends the peer's payload as JSON, without metadata when there is none")
    func payloadOnTheWire() async throws {
        let found = try await call([RawServer.response(200)])
        let request = try #require(found.requests.first)
        #expect(request.hasPrefix("POST /hook HTTP/1.1\r\n"))
        #expect(request.lowercased().contains("content-type: application/json\r\n"))
        #expect(request.contains("Host: hook.test\r\n"))
        #expect(
            request.hasSuffix(
                #"{"checksum":"85d557f47b","name":"podinfo","namespace":"test","phase":"Progressing"}"#))
    }

    @Test("retries 5xx, 429 and closed connections with growing pauses, and reports the last answer")
    func retriesFailuresThatMayPass() async throws {
        let found = try await call(
            [RawServer.response(503, "busy"), .bytes(""), RawServer.response(429, "slow down")], retries: 2)
        #expect(found.outcome.attempts == 3)
        #expect(found.outcome.detail == "slow down")
        #expect(found.pauses == [.seconds(1), .seconds(2)])
        let bodies = found.requests.map { $0.split(separator: "\r\n").last }
        #expect(bodies.count == 3)
        #expect(Set(bodies).count == 1)
    }

    @Test("takes a 4xx for an answer and does not retry it")
    func neverRetriesAnswers() async throws {
        let found = try await call([RawServer.response(403, "Forbidden")], retries: 5)
        #expect(found.outcome.attempts == 1)
        #expect(found.outcome.detail == "Forbidden")
        #expect(found.pauses.isEmpty)
    }

    @Test("honours Retry-After, but waits no longer than 30 s")
    func honoursRetryAfter() async throws {
        let found = try await call(
            [
                RawServer.response(503, headers: "Retry-After: 7\r\n"),
                RawServer.response(503, headers: "Retry-After: 86400\r\n"), RawServer.response(200),
            ], retries: 3)
        #expect(found.outcome.isPass)
        #expect(found.pauses == [.seconds(7), .seconds(30)])
    }

    @Test("gives up at the time-out when a server says nothing")
    func timesOut() async throws {
        let found = try await call([.silence], timeout: .milliseconds(200))
        #expect(!found.outcome.isPass)
        #expect(found.outcome.detail.contains("no answer within"))
    }

    @Test("keeps 4 KiB of a body without end and does not wait for the rest")
    func boundsBodies() async throws {
        let found = try await call([.endless])
        #expect(found.outcome.status == 500)
        #expect(found.outcome.body.utf8.count == 4096)
    }

    @Test("does not pass on a 200 that breaks off")
    func refusesHalfAnswers() async throws {
        let found = try await call([.bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")])
        #expect(!found.outcome.isPass)
        #expect(found.outcome.detail.contains("POST http://hook.test/hook"))
    }

    @Test("follows redirects only so far")
    func boundsRedirects() async throws {
        let server = try await RawServer([
            .bytes("HTTP/1.1 307 X\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        ])
        let caller = WebhookCaller()
        let outcome = await caller.call(
            HookEndpoint(url: "http://127.0.0.1:\(server.port)/"), payload: payload)
        await caller.shutdown()
        await server.stop()
        #expect(!outcome.isPass)
        #expect(outcome.detail.contains("too many redirects"))
        #expect(server.requests.count <= 11)
    }

    @Test(
        "refuses a certificate that nobody vouches for, unless the hook has disableTLS",
        arguments: [true, false])
    func verifiesCertificates(skipsVerification: Bool) async throws {
        let server = try await RawServer([RawServer.response(200, "OK")], tls: SelfSigned.serverContext())
        let caller = WebhookCaller(resolve: { _, _ in ("127.0.0.1", server.port) })
        let endpoint = HookEndpoint(
            url: "https://hook.test/", timeout: .seconds(30), skipsVerification: skipsVerification)
        let outcome = await caller.call(endpoint, payload: payload)
        await caller.shutdown()
        await server.stop()
        #expect(outcome.isPass == skipsVerification, "\(outcome)")
        #expect(server.requests.isEmpty != skipsVerification)
        #expect(!outcome.detail.contains("no answer within"))
    }

    @Test("tells at once that nothing listens, and leaves retries to the hook's own")
    func refusedConnection() async throws {
        let server = try await RawServer([.silence])
        let port = server.port
        await server.stop()
        let pauses = PauseLog()
        let caller = WebhookCaller(pause: { pauses.add($0) })
        let outcome = await caller.call(
            HookEndpoint(url: "http://127.0.0.1:\(port)/", timeout: .seconds(30), retries: 2),
            payload: payload)
        await caller.shutdown()
        #expect(outcome.attempts == 3)
        #expect(pauses.all == [.seconds(1), .seconds(2)])
        #expect(outcome.detail.contains("refused"), "\(outcome.detail)")
    }

    @Test("says what is wrong with a URL without a host")
    func refusesURLsWithoutHost() async {
        let caller = WebhookCaller()
        let outcome = await caller.call(HookEndpoint(url: "http:///path"), payload: payload)
        await caller.shutdown()
        #expect(outcome.detail.contains("has no host"))
    }
}

/// The pauses a caller asked for.
final class PauseLog: Sendable {
    private let pauses = Mutex<[Duration]>([])

    var all: [Duration] { pauses.withLock { $0 } }

    func add(_ pause: Duration) { pauses.withLock { $0.append(pause) } }
}
