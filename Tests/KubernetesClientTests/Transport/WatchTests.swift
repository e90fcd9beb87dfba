import JSON
import KubernetesClient
import KubernetesTesting
import Synchronization
import Testing

/// Watches, and caches on them, of a server that misbehaves.
@Suite("Watching a server that misbehaves")
struct WatchTests {
    private static func object(_ name: String, version: Int) -> JSONValue {
        .object([
            "kind": .string("ConfigMap"), "apiVersion": .string("v1"),
            "metadata": .object([
                "name": .string(name), "namespace": .string("test"), "resourceVersion": .string("\(version)"),
            ]),
        ])
    }

    private static func event(_ type: String, _ object: JSONValue) -> String {
        JSONValue.object(["type": .string(type), "object": object]).text() + "\n"
    }

    private static func list(_ names: [String], version: Int, next: String = "") -> JSONValue {
        .object([
            "items": .array(names.map { object($0, version: version) }),
            "metadata": .object(["resourceVersion": .string("\(version)"), "continue": .string(next)]),
        ])
    }

    private static let expired = JSONValue.object([
        "kind": .string("Status"), "code": .integer(410), "reason": .string("Expired"),
        "message": .string("too old resource version"),
    ])

    private static func client(
        _ server: ScriptedAPIServer, change: (inout ClientPolicy) -> Void = { _ in }
    ) throws -> KubernetesClient {
        var policy = ClientPolicy(requestsPerSecond: nil)
        policy.backOff = BackOff(first: .milliseconds(1), longest: .milliseconds(5))
        policy.tries = 1
        change(&policy)
        return try KubernetesClient(ClusterConfiguration(server: server.url), policy: policy)
    }

    /// What a watch of this stream hands over, and how it ends.
    private static func watch(
        _ answer: ScriptedAPIServer.Answer, change: (inout ClientPolicy) -> Void = { _ in }
    ) async throws -> (events: [String], error: KubernetesError?) {
        let server = try await ScriptedAPIServer { _, _ in answer }
        let client = try client(server, change: change)
        let events = Mutex<[String]>([])
        var failure: KubernetesError?
        do {
            try await client.watch(
                TestKinds.configMap, in: "test", matching: .everything, from: "1"
            ) { event in
                switch event {
                case .added(let object): events.withLock { $0.append("added \(object.name)") }
                case .modified(let object): events.withLock { $0.append("modified \(object.name)") }
                case .deleted(let object): events.withLock { $0.append("deleted \(object.name)") }
                case .bookmark(let version): events.withLock { $0.append("bookmark \(version)") }
                }
            }
        } catch let error as KubernetesError {
            failure = error
        }
        await client.shutdown()
        await server.stop()
        return (events.withLock { $0 }, failure)
    }

    @Test("hands over every kind of event, wherever the stream is cut into pieces")
    func events() async throws {
        let text =
            Self.event("ADDED", Self.object("a", version: 2))
            + Self.event("MODIFIED", Self.object("ä", version: 3)) + "\n"
            + Self.event("DELETED", Self.object("a", version: 4))
            + Self.event("BOOKMARK", Self.object("", version: 9))
        let expected = ["added a", "modified ä", "deleted a", "bookmark 9"]
        for length in [1, 7, 100, 10_000] {
            let bytes = Array(text.utf8)
            // Pieces are cut between characters, since the server sends strings.
            var pieces: [String] = []
            var piece = ""
            for character in String(decoding: bytes, as: UTF8.self) {
                piece.append(character)
                if piece.utf8.count >= length { pieces.append(piece); piece = "" }
            }
            pieces.append(piece)
            let (events, error) = try await Self.watch(.stream(pieces.filter { !$0.isEmpty }, .complete))
            #expect(events == expected && error == nil, "pieces of \(length)")
        }
    }

    @Test("ends with what is wrong, after what was right")
    func failures() async throws {
        let good = Self.event("ADDED", Self.object("a", version: 2))
        let cases: [(String, ScriptedAPIServer.End, KubernetesError)] = [
            (Self.event("ERROR", Self.expired), .complete, .expired("")),
            ("{\"type\":\"ADDED\",\"obj", .complete, .unavailable("")),
            ("{\"type\":\"ADDED\",\"obj", .cut, .unavailable("")),
            ("nonsense\n", .complete, .unreadable("")),
            (Self.event("NEW", Self.object("a", version: 2)), .complete, .unreadable("")),
            ("{\"type\":\"ADDED\"}\n", .complete, .unreadable("")),
            (String(repeating: "x", count: 3000), .silence, .unreadable("")),
        ]
        for (text, end, kind) in cases {
            let (events, error) = try await Self.watch(.stream([good, text], end)) { $0.longestEvent = 2000 }
            #expect(events == ["added a"], "\(text.prefix(40))")
            #expect(Self.sameCase(error, kind), "\(text.prefix(40)): \(error as Any)")
        }
    }

    private static func sameCase(_ left: KubernetesError?, _ right: KubernetesError) -> Bool {
        switch (left, right) {
        case (.expired, .expired), (.unavailable, .unavailable), (.unreadable, .unreadable): true
        default: false
        }
    }

    @Test("gives up a watch that the server does not end in time")
    func silence() async throws {
        let (events, error) = try await Self.watch(.stream(["\n"], .silence)) {
            $0.watchDuration = .seconds(1)
            $0.watchMargin = .milliseconds(-800)
        }
        #expect(events == [])
        #expect(error?.description.contains("has not ended the watch within") == true)
    }

    @Test("lists again when the version is too old, and tells what has changed meanwhile")
    func relist() async throws {
        let server = try await ScriptedAPIServer { request, count in
            if !request.isWatch {
                return .json(
                    200, count == 0 ? Self.list(["a", "b"], version: 5) : Self.list(["b", "c"], version: 50))
            }
            if request.target.contains("resourceVersion=5&") {
                return .stream([Self.event("ERROR", Self.expired)], .complete)
            }
            return .stream(["\n"], .silence)
        }
        let client = try Self.client(server)
        let cache = ResourceCache(
            CacheScope(TestKinds.configMap, in: "test"), of: client,
            timing: CacheTiming(backOff: BackOff(first: .milliseconds(1), longest: .milliseconds(2)))
        ) { $0.resourceVersion ?? "" }
        let changes = cache.changes()
        let running = Task { await cache.run() }
        var told: Set<String> = []
        for await change in changes {
            guard case .objects(let keys) = change else { continue }
            told.formUnion(keys.map { "\($0) \(cache.value($0) ?? "gone")" })
            if cache["test", "c"] != nil { break }
        }
        #expect(cache["test", "a"] == nil)
        #expect(cache["test", "b"] == "50")
        #expect(told.isSuperset(of: ["a.test gone", "b.test 50", "c.test 50"]))
        running.cancel()
        await running.value
        await client.shutdown()
        await server.stop()
    }

    @Test("reads a list from its start again when the server forgets it between two pages")
    func expiredPage() async throws {
        let server = try await ScriptedAPIServer { request, count in
            if request.isWatch { return .stream(["\n"], .silence) }
            if count == 1 { return .json(410, Self.expired) }
            if request.target.contains("continue=more") { return .json(200, Self.list(["z"], version: 8)) }
            return .json(
                200, Self.list(count == 0 ? ["old"] : ["new"], version: count == 0 ? 5 : 8, next: "more"))
        }
        let client = try Self.client(server)
        let list = try await client.list(TestKinds.configMap, in: "test", matching: .everything)
        #expect(list.items.map(\.name) == ["new", "z"])
        #expect(list.resourceVersion == "8")
        await client.shutdown()
        await server.stop()
    }

    @Test("resumes where it was after a bookmark")
    func bookmark() async throws {
        let server = try await ScriptedAPIServer { request, count in
            guard request.isWatch else { return .json(200, Self.list([], version: 5)) }
            if request.target.contains("resourceVersion=77&") { return .stream(["\n"], .silence) }
            return .stream([Self.event("BOOKMARK", Self.object("", version: 77))], .cut)
        }
        let client = try Self.client(server)
        let cache = ResourceCache(
            CacheScope(TestKinds.configMap, in: "test"), of: client,
            timing: CacheTiming(backOff: BackOff(first: .milliseconds(1), longest: .milliseconds(2)))
        ) { $0.name }
        let running = Task { await cache.run() }
        try await cache.waitUntilSynced()
        try await eventually("the second watch") { server.requests.count >= 3 }
        #expect(server.requests[2].target.contains("resourceVersion=77&"))
        #expect(server.requests[1].target.contains("allowWatchBookmarks=true"))
        running.cancel()
        await running.value
        await client.shutdown()
        await server.stop()
    }
}
