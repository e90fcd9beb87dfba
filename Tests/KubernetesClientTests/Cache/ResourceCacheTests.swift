import JSON
import KubernetesClient
import KubernetesTesting
import Logging
import Testing

@Suite("ResourceCache")
struct ResourceCacheTests {
    private struct Kept: Sendable, Equatable {
        let name: String
        let version: String
        let owner: String?
    }

    private struct Refused: Error, CustomStringConvertible { let description = "spec.field: is wrong" }

    private let api = ScriptedWatch()

    private func makeCache(clock: any Clock<Duration> = ContinuousClock()) -> ResourceCache<Kept> {
        ResourceCache(
            CacheScope(TestKinds.configMap), of: api,
            indexes: [CacheIndex("owner") { $0.owner.map { [$0] } ?? [] }],
            timing: CacheTiming(
                backOff: BackOff(first: .milliseconds(1), longest: .milliseconds(1)), shortestWatch: .zero,
                clock: clock),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { object in
            if object.name.hasPrefix("refused") { throw Refused() }
            if object.name.hasPrefix("ignored") { return nil }
            return Kept(
                name: object.name, version: object.resourceVersion ?? "", owner: object.json["owner"]?.string)
        }
    }

    private func running<Value>(
        _ cache: ResourceCache<Kept>, _ work: () async throws -> Value
    ) async throws -> Value {
        let task = Task { await cache.run() }
        defer { task.cancel() }
        try await cache.waitUntilSynced(within: .seconds(60))
        return try await work()
    }

    @Test("finds objects by name, namespace and index, and keeps indexes right through changes")
    func lookUps() async throws {
        api.answer(
            [
                ScriptedWatch.object("a", version: 1, owner: "x"),
                ScriptedWatch.object("b", version: 2, owner: "x"),
                ScriptedWatch.object("c", version: 3, namespace: "other"),
            ], version: 5)
        let cache = makeCache()
        #expect(!cache.isSynced && cache["test", "a"] == nil)
        try await running(cache) {
            #expect(cache["test", "a"] == Kept(name: "a", version: "1", owner: "x"))
            #expect(cache["other", "a"] == nil)
            #expect(Set(cache.values().map(\.name)) == ["a", "b", "c"])
            #expect(cache.values(in: "other").map(\.name) == ["c"])
            #expect(Set(cache.values(by: "owner", "x").map(\.name)) == ["a", "b"])
            api.tell(.modified(ScriptedWatch.object("a", version: 6, owner: "y")))
            api.tell(.deleted(ScriptedWatch.object("b", version: 7, owner: "x")))
            api.tell(.added(ScriptedWatch.object("d", version: 8, owner: "y")))
            try await eventually("the changes") { cache["test", "d"] != nil }
            #expect(cache.values(by: "owner", "x") == [])
            #expect(Set(cache.values(by: "owner", "y").map(\.name)) == ["a", "d"])
            #expect(cache.values(by: "no such index", "x") == [])
        }
    }

    @Test("leaves out what the projection refuses or ignores, says why, and takes it once it is right")
    func projection() async throws {
        api.answer(
            [ScriptedWatch.object("refused", version: 1), ScriptedWatch.object("ignored", version: 2)],
            version: 5)
        let cache = makeCache()
        try await running(cache) {
            #expect(cache.values() == [] && cache.keys == [])
            #expect(
                cache.problem(of: ObjectKey(namespace: "test", name: "refused")) == "spec.field: is wrong")
            #expect(cache.problem(of: ObjectKey(namespace: "test", name: "ignored")) == nil)
        }
    }

    @Test("sees what this process has written at once, and is not set back by older news")
    func accept() async throws {
        api.answer([ScriptedWatch.object("a", version: 3)], version: 5)
        let cache = makeCache()
        try await running(cache) {
            let changes = cache.changes()
            var reader = changes.makeAsyncIterator()
            _ = await reader.next()
            cache.accept(ScriptedWatch.object("a", version: 9))
            #expect(cache["test", "a"]?.version == "9")
            #expect(await reader.next() == .objects([ObjectKey(namespace: "test", name: "a")]))
            api.tell(.modified(ScriptedWatch.object("a", version: 7)))
            api.tell(.modified(ScriptedWatch.object("a", version: 9)))
            api.tell(.added(ScriptedWatch.object("b", version: 10)))
            // Only b is news.
            #expect(await reader.next() == .objects([ObjectKey(namespace: "test", name: "b")]))
            #expect(cache["test", "a"]?.version == "9")
            api.tell(.deleted(ScriptedWatch.object("a", version: 11)))
            #expect(await reader.next() == .objects([ObjectKey(namespace: "test", name: "a")]))
            // What was written before the deletion must not bring it back.
            cache.accept(ScriptedWatch.object("a", version: 9))
            #expect(cache["test", "a"] == nil)
        }
    }

    @Test("keeps through another list what was written after it, and forgets what it lacks")
    func relist() async throws {
        api.answer(
            [ScriptedWatch.object("a", version: 3), ScriptedWatch.object("b", version: 4)], version: 5)
        let cache = makeCache()
        try await running(cache) {
            cache.accept(ScriptedWatch.object("new", version: 30))
            api.answer([ScriptedWatch.object("b", version: 4)], version: 20)
            api.tell(.bookmark(resourceVersion: "expired"))
            try await eventually("listed again") { cache["test", "a"] == nil }
            #expect(Set(cache.values().map(\.name)) == ["b", "new"])
            // A server that was restored from a backup: all that was newer is gone.
            api.answer([ScriptedWatch.object("b", version: 2)], version: 3)
            api.tell(.bookmark(resourceVersion: "expired"))
            try await eventually("listed a third time") { cache["test", "new"] == nil }
            #expect(cache["test", "b"]?.version == "2")
        }
    }

    @Test("lists again when a bookmark tells that the server has gone back")
    func restoredServer() async throws {
        api.answer([ScriptedWatch.object("a", version: 50)], version: 50)
        let cache = makeCache()
        try await running(cache) {
            api.answer([ScriptedWatch.object("a", version: 3)], version: 4)
            api.tell(.bookmark(resourceVersion: "50"))
            api.tell(.bookmark(resourceVersion: "4"))
            try await eventually("listed again") { cache["test", "a"]?.version == "3" }
            #expect(api.listCount == 2)
        }
    }

    @Test("tells a slow reader of each object once, and of everything when there are too many")
    func coalescing() async throws {
        api.answer([ScriptedWatch.object("a", version: 1)], version: 5)
        let cache = makeCache()
        try await running(cache) {
            let (changes, narrow) = (cache.changes(), cache.changes(capacity: 3))
            for version in 6...50 {
                api.tell(.modified(ScriptedWatch.object("a", version: version)))
                api.tell(.modified(ScriptedWatch.object("b", version: version)))
            }
            try await eventually("the last change") { cache["test", "b"]?.version == "50" }
            var reader = changes.makeAsyncIterator()
            let keys = ["a", "b"].map { ObjectKey(namespace: "test", name: $0) }
            #expect(await reader.next() == .objects(Set(keys)))
            var narrowReader = narrow.makeAsyncIterator()
            #expect(await narrowReader.next() == .objects(Set(keys)))
            for number in 0..<4 { api.tell(.added(ScriptedWatch.object("c\(number)", version: 60 + number))) }
            try await eventually("the last change") { cache["test", "c3"] != nil }
            #expect(await narrowReader.next() == .everything)
            guard case .objects(let told) = await reader.next() else {
                return #expect(Bool(false), "too many")
            }
            #expect(told.count == 4)
        }
    }

    @Test("ends its changes when it ends, and when the reader is cancelled")
    func end() async throws {
        api.answer([], version: 5)
        let cache = makeCache()
        let reading = Task {
            for await _ in cache.changes() {}
            return true
        }
        let cancelled = Task {
            for await _ in cache.changes() {}
            return true
        }
        let running = Task { await cache.run() }
        try await cache.waitUntilSynced()
        cancelled.cancel()
        #expect(await cancelled.value)
        running.cancel()
        await running.value
        #expect(await reading.value)
    }

    @Test("tells what keeps it from being complete to who waits")
    func unsynced() async throws {
        api.answer([], version: 5, error: .forbidden("list configmaps: no"))
        let cache = makeCache()
        let running = Task { await cache.run() }
        try await eventually("the trouble") { cache.trouble != nil }
        let error = await #expect(throws: KubernetesError.self) {
            try await cache.waitUntilSynced(within: .milliseconds(50))
        }
        #expect(error == .forbidden("list configmaps: no"))
        api.answer([], version: 5)
        try await cache.waitUntilSynced(within: .seconds(60))
        #expect(cache.trouble == nil)
        running.cancel()
        await running.value
    }
}
