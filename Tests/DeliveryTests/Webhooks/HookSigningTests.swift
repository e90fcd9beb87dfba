import Crypto
import FlaggerAPI
import Foundation
import Testing

@testable import Delivery

@Suite("Signed webhooks")
struct HookSigningTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// The values are those of the specification's own libraries (standard-webhooks, `TestWebhookSign`).
    @Test("signs as the specification's libraries do")
    func published() throws {
        let headers = try HookSigning(Self.secret).headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
            body: Data(#"{"test": 2432232314}"#.utf8))
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(headers[2].value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("signs with every secret while one replaces another")
    func rotation() throws {
        let two = try HookSigning(
            "\(Self.secret)\nwhsec_\(Data(repeating: 7, count: 32).base64EncodedString())\n")
        let value = two.headers(id: "a", timestamp: 1, body: Data())[2].value
        #expect(value.split(separator: " ").count == 2)
    }

    @Test(
        "refuses what is no secret, without showing it",
        arguments: ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!", "whsec_c2hvcnQ=", "whsec_"])
    func badSecrets(text: String) {
        do {
            _ = try HookSigning(text)
            Issue.record("taken")
        } catch {
            #expect(text.isEmpty || !"\(error)".contains(text.dropFirst(6)) || text == "whsec_")
        }
    }

    private func call(
        _ script: [RawServer.Answer], retries: Int = 0, secret: String? = secret, messageID: String? = nil,
        traceID: String? = nil
    ) async throws -> (outcome: HookOutcome, requests: [ReceivedRequest]) {
        let server = try await RawServer(script)
        let clock = PauseLog()
        let caller = WebhookCaller(
            resources: ReferenceBox("", secrets: secret.map { [.test("hooks"): ["secret": $0]] } ?? [:]),
            now: { Date(timeIntervalSince1970: 1_700_000_000 + Double(clock.all.count)) },
            pause: { clock.add($0) })
        var endpoint = HookEndpoint(
            url: "http://127.0.0.1:\(server.port)/", timeout: .seconds(30), retries: retries)
        endpoint.secret = .test("hooks")
        endpoint.messageID = messageID
        endpoint.traceID = traceID
        let outcome = await caller.call(
            endpoint,
            payload: CanaryWebhookPayload(
                name: "podinfo", namespace: "test", phase: "Failed", checksum: "abc"))
        await caller.shutdown()
        await server.stop()
        return (outcome, server.requests.map(ReceivedRequest.init))
    }

    @Test("an independent implementation verifies every try; the id stays, the timestamp does not")
    func verified() async throws {
        let found = try await call([RawServer.response(503), RawServer.response(200)], retries: 1)
        #expect(found.outcome.isPass)
        try #require(found.requests.count == 2)
        for request in found.requests {
            #expect(try Self.opensslSignature(of: request) == request.headers["webhook-signature"])
        }
        let ids = found.requests.map { $0.headers["webhook-id"] ?? "" }
        #expect(ids[0] == ids[1] && ids[0].hasPrefix("msg_") && !ids[0].contains("."))
        #expect(found.requests.map { $0.headers["webhook-timestamp"] } == ["1700000000", "1700000001"])
        let again = try await call([RawServer.response(200)])
        #expect(again.requests[0].headers["webhook-id"] != ids[0])
        let kept = try await call([RawServer.response(200)], messageID: "msg_kept")
        #expect(kept.requests[0].headers["webhook-id"] == "msg_kept")
    }

    /// What `openssl` makes of a request's id, timestamp and body.
    private static func opensslSignature(of request: ReceivedRequest) throws -> String {
        let key = try #require(Data(base64Encoded: String(secret.dropFirst(6))))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "dgst", "-sha256", "-mac", "HMAC", "-macopt",
            "hexkey:\(key.map { String(format: "%02x", $0) }.joined())",
            "-binary",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let text =
            "\(request.headers["webhook-id"] ?? "").\(request.headers["webhook-timestamp"] ?? "").\(request.body)"
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let digest = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return "v1,\(digest.base64EncodedString())"
    }

    @Test("sends nothing unsigned when the secret is missing", arguments: [nil, "plain"] as [String?])
    func missingSecret(secret: String?) async throws {
        let found = try await call([RawServer.response(200)], secret: secret)
        #expect(found.requests.isEmpty)
        #expect(!found.outcome.isPass)
        #expect(found.outcome.detail.contains("secret"))
    }

    @Test("carries the trace that W3C Trace Context describes, another span in each call")
    func traceparent() async throws {
        let trace = TraceParent.traceID(canary: "podinfo", namespace: "test", checksum: "abc")
        #expect(trace == TraceParent.traceID(canary: "podinfo", namespace: "test", checksum: "abc"))
        #expect(trace != TraceParent.traceID(canary: "podinfo", namespace: "test", checksum: "abd"))
        let first = try await call(
            [RawServer.response(503), RawServer.response(200)], retries: 1, traceID: trace)
        let headers = first.requests.compactMap { $0.headers["traceparent"] }
        #expect(headers.count == 2 && headers[0] == headers[1])
        #expect(headers[0].wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-01/) != nil)
        #expect(headers[0].contains(trace))
        let second = try await call([RawServer.response(200)], traceID: trace)
        #expect(second.requests[0].headers["traceparent"] != headers[0])
    }

    @Test("the wire is unchanged when neither was asked for")
    func unchanged() async throws {
        let server = try await RawServer([RawServer.response(200)])
        let caller = WebhookCaller()
        _ = await caller.call(
            HookEndpoint(url: "http://127.0.0.1:\(server.port)/hook"),
            payload: CanaryWebhookPayload(
                name: "podinfo", namespace: "test", phase: "Failed", checksum: "abc"))
        await caller.shutdown()
        await server.stop()
        let request = try #require(server.requests.first.map(ReceivedRequest.init))
        #expect(Set(request.headers.keys) == ["host", "content-type", "user-agent", "content-length"])
        #expect(request.body == #"{"checksum":"abc","name":"podinfo","namespace":"test","phase":"Failed"}"#)
    }
}
