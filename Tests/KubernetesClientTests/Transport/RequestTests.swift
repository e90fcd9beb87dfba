import JSON
import KubernetesClient
import KubernetesTesting
import Synchronization
import Testing

/// The client and a server that misbehaves.
@Suite("Requests to a server that misbehaves")
struct RequestTests {
    private static let object = JSONValue.object([
        "kind": .string("ConfigMap"), "apiVersion": .string("v1"),
        "metadata": .object([
            "name": .string("a"), "namespace": .string("test"), "resourceVersion": .string("7"),
        ]),
    ])
    private let reference = ObjectReference(TestKinds.configMap, namespace: "test", name: "a")

    private func withClient<Value>(
        to server: ScriptedAPIServer, change: (inout ClientPolicy) -> Void = { _ in },
        _ work: (KubernetesClient) async throws -> Value
    ) async throws -> Value {
        var policy = ClientPolicy(requestsPerSecond: nil)
        policy.backOff = BackOff(first: .milliseconds(1), longest: .milliseconds(5))
        change(&policy)
        let client = try KubernetesClient(
            ClusterConfiguration(server: server.url, token: "secret"), policy: policy,
            userAgent: "aviary/1.2.3")
        let result: Result<Value, any Error>
        do { result = .success(try await work(client)) } catch { result = .failure(error) }
        await client.shutdown()
        await server.stop()
        return try result.get()
    }

    private func error(
        from server: ScriptedAPIServer, change: (inout ClientPolicy) -> Void = { _ in },
        _ work: (KubernetesClient) async throws -> Void
    ) async throws -> KubernetesError {
        try await withClient(to: server, change: change) { client in
            try #require(await #expect(throws: KubernetesError.self) { try await work(client) })
        }
    }

    private static func status(_ code: Int, _ reason: String, _ message: String) -> ScriptedAPIServer.Answer {
        .json(
            code,
            .object([
                "kind": .string("Status"), "code": .integer(Int64(code)), "reason": .string(reason),
                "message": .string(message),
            ]))
    }

    @Test("says who it is, and sends what is to be written as JSON")
    func request() async throws {
        let server = try await ScriptedAPIServer { _, _ in .json(201, Self.object) }
        try await withClient(to: server) { client in
            _ = try await client.create(KubernetesObject(json: Self.object), as: TestKinds.configMap)
        }
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/api/v1/namespaces/test/configmaps")
        #expect(request.headers["authorization"] == "Bearer secret")
        #expect(request.headers["user-agent"] == "aviary/1.2.3")
        #expect(request.headers["content-type"] == "application/json")
        #expect(try JSONValue(parsing: request.body) == Self.object)
    }

    @Test("reads again after trouble that may pass", arguments: [500, 502, 503, 504])
    func retriedReads(code: Int) async throws {
        let server = try await ScriptedAPIServer { _, count in
            count < 2 ? Self.status(code, "", "busy") : .json(200, Self.object)
        }
        let found = try await withClient(to: server) { try await $0.get(reference) }
        #expect(found?.name == "a")
        #expect(server.requests.count == 3)
    }

    @Test("does not write again when it may have been done", arguments: [500, 503])
    func writesOnce(code: Int) async throws {
        let server = try await ScriptedAPIServer { _, _ in Self.status(code, "", "busy") }
        let error = try await error(from: server) { client in
            _ = try await client.create(KubernetesObject(json: Self.object), as: TestKinds.configMap)
        }
        guard case .unavailable(let text) = error else { throw error }
        #expect(text == "create ConfigMap a.test: busy")
        #expect(server.requests.count == 1)
    }

    @Test("does not write again when the connection is closed without an answer")
    func lostAnswer() async throws {
        let server = try await ScriptedAPIServer { _, _ in .close }
        let error = try await error(from: server) { client in
            _ = try await client.patch(reference, with: .merge(.object([:])), subresource: nil)
        }
        guard case .unavailable = error else { throw error }
        #expect(server.requests.count == 1)
    }

    @Test("writes again after 429, when the server says")
    func tooManyRequests() async throws {
        let server = try await ScriptedAPIServer { _, count in
            count == 0
                ? .json(429, .object([:]), headers: ["Retry-After": "7"]) : .json(201, Self.object)
        }
        let clock = ManualClock()
        try await withClient(
            to: server,
            change: {
                $0.clock = clock
                // Time-outs sleep on the same clock.
                $0.requestTimeout = .seconds(1_000_000)
            }
        ) { client in
            let writing = Task {
                try await client.create(KubernetesObject(json: Self.object), as: TestKinds.configMap)
            }
            try await eventually("a second try") {
                clock.advance(by: .milliseconds(100))
                return server.requests.count == 2
            }
            _ = try await writing.value
            #expect(clock.elapsed >= .seconds(7))
        }
        #expect(server.requests.count == 2)
    }

    @Test("gives up after the policy's number of tries")
    func givesUp() async throws {
        let server = try await ScriptedAPIServer { _, _ in Self.status(429, "TooManyRequests", "slow down") }
        let error = try await error(from: server, change: { $0.tries = 3 }) { client in
            _ = try await client.get(reference)
        }
        guard case .unavailable = error else { throw error }
        #expect(server.requests.count == 3)
    }

    @Test("gives up a server that does not answer")
    func silence() async throws {
        let server = try await ScriptedAPIServer { _, _ in .silence }
        let error = try await error(
            from: server,
            change: {
                $0.requestTimeout = .milliseconds(100)
                $0.tries = 2
            }
        ) { client in _ = try await client.get(reference) }
        guard case .unavailable(let text) = error else { throw error }
        #expect(text.contains("no answer from \(server.url) within 0.1 seconds"))
        #expect(server.requests.count == 2)
    }

    @Test("says that an answer is not JSON, or ends early, or is too long")
    func unreadable() async throws {
        let heads = "HTTP/1.1 200 OK\r\nContent-Length: "
        let html = try await ScriptedAPIServer { _, _ in .raw("\(heads)6\r\n\r\n<html>") }
        var error = try await error(from: html) { _ = try await $0.get(reference) }
        guard case .unreadable(let text) = error else { throw error }
        #expect(text.contains("not JSON") && text.contains("<html>"))

        let half = try await ScriptedAPIServer { _, _ in .raw("\(heads)100\r\n\r\n{\"kind\"") }
        error = try await self.error(from: half, change: { $0.tries = 1 }) { _ = try await $0.get(reference) }
        guard case .unavailable = error else { throw error }

        let long = try await ScriptedAPIServer { _, _ in
            .raw("\(heads)2000\r\n\r\n" + String(repeating: " ", count: 2000))
        }
        error = try await self.error(from: long, change: { $0.longestAnswer = 1000 }) {
            _ = try await $0.get(reference)
        }
        guard case .unreadable(let limit) = error else { throw error }
        #expect(limit.contains("longer than 1000 bytes"))
    }

    @Test("follows no redirect: the credentials are this server's")
    func redirect() async throws {
        let server = try await ScriptedAPIServer { _, _ in
            .raw("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        }
        let error = try await error(from: server) { _ = try await $0.get(reference) }
        guard case .invalid = error else { throw error }
        #expect(server.requests.count == 1)
    }

    @Test(
        "lets no name lead to another path",
        arguments: ["", ".", "..", "../secrets/x", "a/b", "a%2fb"])
    func hostileNames(name: String) async throws {
        let server = try await ScriptedAPIServer { _, _ in .json(200, Self.object) }
        let error = try await error(from: server) { client in
            _ = try await client.get(ObjectReference(TestKinds.configMap, namespace: "test", name: name))
        }
        guard case .invalid = error else { throw error }
        #expect(server.requests.isEmpty)
    }

    @Test("encodes what paths and queries can't hold")
    func encoding() async throws {
        let server = try await ScriptedAPIServer { _, _ in
            .json(200, .object(["metadata": .object(["resourceVersion": .string("1")])]))
        }
        try await withClient(to: server) { client in
            _ = try await client.list(
                TestKinds.configMap, in: "te?st",
                matching: Selector(labels: "a in (b,c)", fields: "metadata.name=ü&x"))
        }
        #expect(
            server.requests.first?.target
                == "/api/v1/namespaces/te%3Fst/configmaps?labelSelector=a%20in%20%28b%2Cc%29"
                + "&fieldSelector=metadata.name%3D%C3%BC%26x&limit=500")
    }

    @Test(
        "tells the server's errors apart",
        arguments: [
            (409, "AlreadyExists", KubernetesError.alreadyExists("get ConfigMap a.test: words")),
            (409, "Conflict", .conflict("get ConfigMap a.test: words")),
            (410, "Expired", .expired("get ConfigMap a.test: words")),
            (403, "Forbidden", .forbidden("get ConfigMap a.test: words")),
            (422, "Invalid", .invalid("get ConfigMap a.test: words")),
            (400, "BadRequest", .invalid("get ConfigMap a.test: words")),
            (504, "Timeout", .unavailable("get ConfigMap a.test: words")),
        ])
    func statuses(code: Int, reason: String, expected: KubernetesError) async throws {
        let server = try await ScriptedAPIServer { _, _ in Self.status(code, reason, "words") }
        #expect(try await error(from: server) { _ = try await $0.get(reference) } == expected)
    }

    @Test("adds the causes that the server's message leaves out")
    func causes() async throws {
        let body = try JSONValue(
            parsing: """
                {"kind":"Status","reason":"Invalid","message":"it is invalid","details":{"causes":
                [{"field":"spec.replicas","message":"must not be negative"},{"message":"invalid"}]}}
                """)
        let server = try await ScriptedAPIServer { _, _ in .json(422, body) }
        let error = try await error(from: server) { _ = try await $0.get(reference) }
        #expect(
            error.description == "get ConfigMap a.test: it is invalid; spec.replicas: must not be negative")
    }

    @Test("takes a version that the server has not reached as one that is over")
    func versionTooLarge() async throws {
        let body = try JSONValue(
            parsing: """
                {"kind":"Status","reason":"Timeout","message":"Too large resource version: 9, current: 3",
                "details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}]}}
                """)
        let server = try await ScriptedAPIServer { _, _ in .json(504, body) }
        let error = try await error(from: server, change: { $0.tries = 1 }) {
            _ = try await $0.get(reference)
        }
        guard case .expired = error else { throw error }
    }

    @Test("connects again when nothing listened at first, a write as well")
    func refusedConnection() async throws {
        let probe = try await ScriptedAPIServer { _, _ in .close }
        let url = probe.url
        await probe.stop()
        var policy = ClientPolicy(requestsPerSecond: nil)
        let pauses = Mutex(0)
        policy.backOff = BackOff(first: .milliseconds(1), longest: .milliseconds(1)) {
            pauses.withLock { $0 += 1 }
            return 0
        }
        policy.tries = 3
        let client = try KubernetesClient(ClusterConfiguration(server: url), policy: policy)
        let error = await #expect(throws: KubernetesError.self) {
            try await client.create(KubernetesObject(json: Self.object), as: TestKinds.configMap)
        }
        await client.shutdown()
        guard case .unavailable(let text)? = error else { throw error ?? KubernetesError.invalid("no error") }
        #expect(text.contains("cannot reach \(url)"))
        #expect(pauses.withLock { $0 } == 2)
    }
}
