import FlaggerAPI
import Foundation
import Rollout
import Testing

@testable import Delivery

@Suite("AlertSender")
struct AlertSenderTests {
    private let message = AlertMessage(
        Alert(.error, "Failed checks threshold reached 3"),
        through: AlertSettings.Route(name: "on-call", minimum: .info, provider: .test("chat")),
        of: .none, canary: .test("podinfo"), phase: .failed, checksum: "abc")

    private func send(
        _ script: [RawServer.Answer], spec: String = "address: ADDRESS",
        secrets: [NamespacedName: [String: String]] = [:], provider: String = "chat"
    ) async throws -> (record: HookRecord, requests: [ReceivedRequest], pauses: [Duration]) {
        let server = try await RawServer(script)
        let address = "http://127.0.0.1:\(server.port)/services/T000/B000/XXXX"
        let box = ReferenceBox(
            """
            apiVersion: flagger.app/v1beta1
            kind: AlertProvider
            metadata: {name: \(provider), namespace: test}
            spec: {type: slack, \(spec.replacing("ADDRESS", with: "\"\(address)\"").replacing("PORT", with: "\(server.port)"))}
            """, secrets: secrets.mapValues { $0.mapValues { $0.replacing("ADDRESS", with: address) } })
        let client = HTTPServerClient()
        let pauses = PauseLog()
        let sender = AlertSender(
            resources: box, client: PatientClient(client: client), pause: { pauses.add($0) })
        let record = await sender.send(message)
        await client.shutdown()
        await server.stop()
        return (record, server.requests.map(ReceivedRequest.init), pauses.all)
    }

    @Test("sends to the address of the secret, and records the provider in place of it")
    func secretAddress() async throws {
        let found = try await send(
            [RawServer.response(200, "ok")], spec: "secretRef: {name: hook}",
            secrets: [.test("hook"): ["address": "ADDRESS\n", "token": "xoxb-1"]])
        #expect(found.record.outcome.isPass)
        #expect(found.record.type == "alert")
        #expect(found.record.name == "on-call")
        #expect(found.record.url == "slack chat.test")
        #expect(found.requests.first?.line == "POST /services/T000/B000/XXXX HTTP/1.1")
        #expect(found.requests.first?.headers["authorization"] == "Bearer xoxb-1")
    }

    @Test("a 204 passes, as any 2xx does")
    func noContent() async throws {
        let found = try await send([.bytes("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")])
        #expect(found.record.outcome.isPass)
    }

    @Test("tries again while it may help, and no more than three times")
    func retries() async throws {
        let found = try await send([
            RawServer.response(500), RawServer.response(429, headers: "Retry-After: 7\r\n"),
            RawServer.response(200),
        ])
        #expect(found.record.outcome.isPass)
        #expect(found.pauses == [.seconds(1), .seconds(7)])
        let never = try await send([RawServer.response(503, "busy")])
        #expect(never.record.outcome.attempts == 4)
        #expect(never.record.outcome.detail == "busy")
        let refused = try await send([RawServer.response(404, "no_service")])
        #expect(refused.record.outcome.attempts == 1)
    }

    @Test("keeps the address and the token out of what it records, also when the receiver repeats them")
    func redaction() async throws {
        let found = try await send(
            [RawServer.response(404, "Cannot POST /services/T000/B000/XXXX with xoxb-1")],
            spec: "secretRef: {name: hook}",
            secrets: [.test("hook"): ["address": "ADDRESS", "token": "xoxb-1"]])
        #expect(found.record.outcome.detail == "Cannot POST *** with ***")
        let closed = try await send([.bytes("")])
        #expect(closed.record.outcome.error?.contains("T000") == false)
        #expect(closed.record.outcome.error?.contains("connection closed") == true)
    }

    @Test("takes Slack's `ok: false` for the refusal that it is, and does not try again")
    func slackRefusal() async throws {
        let found = try await send([RawServer.response(200, #"{"ok":false,"error":"channel_not_found"}"#)])
        #expect(!found.record.outcome.isPass)
        #expect(found.record.outcome.detail == "Slack refused it: channel_not_found")
        #expect(found.requests.count == 1)
    }

    @Test("goes through the proxy, by a tunnel")
    func proxy() async throws {
        let found = try await send(
            [.opening("HTTP/1.1 200 Connection established\r\n\r\n"), RawServer.response(200, "ok")],
            spec: "address: \"http://chat.invalid/hook\", proxy: \"http://user:pw@127.0.0.1:PORT\"")
        #expect(found.record.outcome.isPass)
        #expect(found.requests.map(\.line) == ["CONNECT chat.invalid:80 HTTP/1.1", "POST /hook HTTP/1.1"])
        #expect(found.requests.first?.headers["proxy-authorization"] == "Basic dXNlcjpwdw==")
    }

    @Test("records a provider, a secret or an address that is missing")
    func missing() async throws {
        let provider = try await send([RawServer.response(200)], provider: "other")
        #expect(provider.record.outcome.detail == "there is no alert provider chat.test")
        let secret = try await send([RawServer.response(200)], spec: "secretRef: {name: hook}")
        #expect(secret.record.outcome.detail == "there is no secret hook.test")
        let address = try await send(
            [RawServer.response(200)], spec: "secretRef: {name: hook}", secrets: [.test("hook"): ["url": "x"]]
        )
        #expect(address.record.outcome.detail.contains("does not contain an address"))
        let bad = try await send(
            [RawServer.response(200)], spec: "secretRef: {name: hook}",
            secrets: [.test("hook"): ["address": "http:///T0K3N"]])
        #expect(
            bad.record.outcome.detail.contains("has no host") && !bad.record.outcome.detail.contains("T0K3N"))
        #expect((provider.requests + secret.requests + address.requests).isEmpty)
    }

    @Test("a message reads back as it was kept, and holds neither address nor token")
    func coding() throws {
        let call = OwedCall.alert(message)
        let json = try JSONEncoder().encode(call)
        #expect(try JSONDecoder().decode(OwedCall.self, from: json) == call)
        #expect(call.receiver == "alert chat.test")
        let text = String(decoding: json, as: UTF8.self)
        #expect(!text.contains("http") && !text.contains("address") && !text.contains("token"))
    }
}
