import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

/// A cache on a real API server, while connections and the server itself fail.
@Suite("A cache in bad times, on a real API server")
struct ResilienceTests {
    private typealias Values = [String: String]

    @Test("tells every change once although its connections are cut again and again")
    func cutConnections() async throws {
        let cluster = try await TestControlPlane.shared
        try await cluster.withClient { direct in
            let namespace = try await direct.makeNamespace()
            let (relay, client) = try await Self.relayedClient(cluster)
            let api = RecordingAPI(api: client)
            let cache = Self.cache(of: api, in: namespace)
            let running = Task { await cache.run() }
            try await cache.waitUntilSynced()
            let writer = ChangeWriter(direct, in: namespace)
            for number in 0..<400 {
                try await writer.change()
                if number % 20 == 19 { relay.cut() }
            }
            try await Self.expectEqual(cache, direct, namespace)
            let told = api.log.changes
            #expect(told.count == Set(told).count, "a change was told twice")
            #expect(Set(writer.versions.keys).subtracting(told) == [], "a change was not told")
            #expect(api.log.lists == 1, "a cut connection must not lead to another list")
            running.cancel()
            await running.value
            await client.shutdown()
            await relay.stop()
        }
    }

    @Test("notices a connection on which nothing comes any more, and catches up")
    func frozenConnection() async throws {
        let cluster = try await TestControlPlane.shared
        try await cluster.withClient { direct in
            let namespace = try await direct.makeNamespace()
            var policy = ClientPolicy(requestsPerSecond: nil)
            policy.watchDuration = .seconds(2)
            policy.watchMargin = .seconds(1)
            policy.requestTimeout = .seconds(2)
            let (relay, client) = try await Self.relayedClient(cluster, policy: policy)
            let cache = Self.cache(of: RecordingAPI(api: client), in: namespace)
            let running = Task { await cache.run() }
            try await cache.waitUntilSynced()
            relay.freeze()
            let writer = ChangeWriter(direct, in: namespace)
            for _ in 0..<50 { try await writer.change() }
            try await eventually("trouble is noticed") { cache.trouble != nil }
            relay.freeze(false)
            try await Self.expectEqual(cache, direct, namespace)
            try await eventually("the trouble is over") { cache.trouble == nil }
            running.cancel()
            await running.value
            await client.shutdown()
            await relay.stop()
        }
    }

    @Test("is like the server again after the server was away, and serves what it knows meanwhile")
    func outage() async throws {
        let cluster = try await TestControlPlane.start(nodes: 1)
        try await cluster.withClient { client in
            let namespace = try await client.makeNamespace()
            let cache = Self.cache(of: RecordingAPI(api: client), in: namespace)
            let running = Task { await cache.run() }
            try await cache.waitUntilSynced()
            let writer = ChangeWriter(client, in: namespace)
            for _ in 0..<100 { try await writer.change() }
            try await Self.expectEqual(cache, client, namespace)
            let known = cache.values().count

            try await cluster.stopServer()
            try await eventually("trouble is noticed") { cache.trouble != nil }
            #expect(cache.isSynced)
            #expect(cache.values().count == known)
            try await cluster.startServer()
            for _ in 0..<100 { try await writer.change() }
            try await Self.expectEqual(cache, client, namespace)
            try await eventually("the trouble is over") { cache.trouble == nil }
            running.cancel()
            await running.value
        }
        try await cluster.stop()
    }

    private static func relayedClient(
        _ cluster: TestControlPlane, policy: ClientPolicy = ClientPolicy(requestsPerSecond: nil)
    ) async throws -> (CuttableRelay, KubernetesClient) {
        var configuration = try cluster.configuration
        var url = try #require(URLComponents(string: configuration.server))
        let relay = try await CuttableRelay(to: try #require(url.port))
        url.port = relay.port
        configuration.server = try #require(url.string)
        return (relay, try KubernetesClient(configuration, policy: policy))
    }

    private static func cache(of api: RecordingAPI, in namespace: String) -> ResourceCache<KubernetesObject> {
        ResourceCache(
            CacheScope(TestKinds.configMap, in: namespace), of: api,
            timing: CacheTiming(
                backOff: BackOff(first: .milliseconds(20), longest: .milliseconds(500)), shortestWatch: .zero)
        ) { $0 }
    }

    /// Waits until the cache holds what the server's list does.
    private static func expectEqual(
        _ cache: ResourceCache<KubernetesObject>, _ client: KubernetesClient, _ namespace: String
    ) async throws {
        let list = try await client.list(TestKinds.configMap, in: namespace, matching: .everything)
        let expected = Set(list.items.map { "\($0.name) \($0.resourceVersion ?? "")" })
        var held: Set<String> = []
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            held = Set(cache.values().map { "\($0.name) \($0.resourceVersion ?? "")" })
            if held == expected { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the cache differs from the list: \(held.symmetricDifference(expected).sorted())")
    }
}
