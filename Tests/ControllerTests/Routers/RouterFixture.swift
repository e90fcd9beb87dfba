import FlaggerAPI
import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Logging
import Rollout
import Synchronization
import Testing

@testable import Controller

/// Routers on a real API server that has the kinds of every provider.
struct RouterFixture: Sendable {
    let client: KubernetesClient
    let cluster: ObservedCluster
    let caches: ClusterCaches
    let namespace: String

    /// Runs a test in a namespace of its own.
    static func run(_ test: @Sendable (RouterFixture) async throws -> Void) async throws {
        let shared = try await SharedCopies.instance.copies()
        let watched = WatchedCluster(caches: shared.caches, api: shared.client)
        try await test(
            RouterFixture(
                client: shared.client, cluster: ObservedCluster(cluster: watched), caches: shared.caches,
                namespace: try await shared.client.makeNamespace("router")))
    }

    /// Creates a canary, and gives what a router gets to know of it.
    func context(
        _ spec: JSONValue, named name: String = "podinfo", annotations: JSONValue = [:],
        status: RolloutStatus = RolloutStatus(),
        settings: RouterSettings = RouterSettings()
    ) async throws -> RouterContext {
        var full: JSONValue = [
            "targetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"],
            "service": ["port": 9898], "analysis": ["interval": "10s", "threshold": 5, "stepWeight": 10],
        ]
        for (key, value) in spec.members ?? [:] { full[key] = full[key]?.merged(with: value) ?? value }
        let object = KubernetesObject(json: [
            "apiVersion": "flagger.app/v1beta1", "kind": "Canary",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "annotations": annotations,
            ],
            "spec": full,
        ])
        let created = try await client.create(object, as: .canary)
        let canary = try JSONDecoder().decode(Canary.self, from: Data(created.json.text().utf8))
        return RouterContext(canary: canary, cluster: cluster, settings: settings, status: status)
    }

    /// Creates an object of the user's, and waits until the copies show it, which routers read.
    func create(_ type: ResourceType, _ name: String, _ members: JSONValue) async throws {
        var json = members
        json["apiVersion"] = .string(type.apiVersion)
        json["kind"] = .string(type.kind)
        json[path: "metadata", "name"] = .string(name)
        if type.isNamespaced { json[path: "metadata", "namespace"] = .string(namespace) }
        let created = try await client.create(KubernetesObject(json: json), as: type)
        let cache = caches.cache(of: type)
        try await eventually("\(type) \(name) is not in the copies") { cache.value(created.key) != nil }
    }

    /// What the server has, not a copy.
    func stored(_ type: ResourceType, _ name: String) async throws -> KubernetesObject {
        let reference = ObjectReference(type, namespace: type.isNamespaced ? namespace : nil, name: name)
        return try #require(try await client.get(reference))
    }

    /// Changes an object as somebody else would, and waits until the copies show it.
    @discardableResult
    func change(
        _ type: ResourceType, _ name: String, _ patch: JSONValue, subresource: String? = nil
    ) async throws -> KubernetesObject {
        let reference = ObjectReference(type, namespace: type.isNamespaced ? namespace : nil, name: name)
        let changed = try await client.patch(reference, with: .merge(patch), subresource: subresource)
        let cache = caches.cache(of: type)
        // Others may have changed it again meanwhile.
        let version = try #require(Self.version(of: changed))
        try await eventually("the change of \(type) \(name) is not in the copies") {
            Self.version(of: cache.object(changed.key)) ?? 0 >= version
        }
        return changed
    }

    private static func version(of object: KubernetesObject?) -> Int64? {
        object?.resourceVersion.flatMap { Int64($0) }
    }
}

/// Installs the definitions once a process.
actor ProviderDefinitions {
    static let shared = ProviderDefinitions()
    private var installation: Task<Void, any Error>?

    func install() async throws {
        let installation =
            installation
            ?? Task { try await TestCluster.shared.installProviders() }
        self.installation = installation
        try await installation.value
    }
}

/// A client and watched copies that all tests of the process share, on a cluster with the kinds of every provider.
private actor SharedCopies {
    struct Copies: Sendable {
        let client: KubernetesClient
        let caches: ClusterCaches
    }

    static let instance = SharedCopies()
    private var start: Task<Copies, any Error>?

    func copies() async throws -> Copies {
        let start = start ?? Task { try await Self.start() }
        self.start = start
        return try await start.value
    }

    private static func start() async throws -> Copies {
        try await ProviderDefinitions.shared.install()
        let client = try KubernetesClient(
            try await TestControlPlane.shared.configuration, policy: ClientPolicy(requestsPerSecond: nil),
            userAgent: "aviary/test")
        let caches = ClusterCaches(api: client, namespace: nil, logger: Logger(label: "test"))
        // Watches until the process ends: no test is the last to know.
        Task { await caches.run() }
        return Copies(client: client, caches: caches)
    }
}

/// Counts the writes, and lets a test come between a reading and the write that rests on it.
struct ObservedCluster: Cluster {
    private final class Memory: Sendable {
        let writes = Mutex(0)
        let interference = Mutex<(@Sendable () async throws -> Void)?>(nil)
    }

    let cluster: any Cluster
    private let memory = Memory()

    init(cluster: any Cluster) { self.cluster = cluster }

    /// How many requests have changed something, or tried to.
    var writes: Int { memory.writes.withLock { $0 } }

    /// Does something right before the next write.
    func beforeNextWrite(_ action: @escaping @Sendable () async throws -> Void) {
        memory.interference.withLock { $0 = action }
    }

    func find(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        try await cluster.find(type, name, in: namespace)
    }

    func fetch(_ type: ResourceType, _ name: String, in namespace: String) async throws -> KubernetesObject? {
        try await cluster.fetch(type, name, in: namespace)
    }

    func list(
        _ type: ResourceType, in namespace: String, matching selector: Selector
    ) async throws -> [KubernetesObject] {
        try await cluster.list(type, in: namespace, matching: selector)
    }

    func create(_ object: KubernetesObject, as type: ResourceType) async throws -> KubernetesObject {
        try await noteWrite()
        return try await cluster.create(object, as: type)
    }

    func patch(
        _ type: ResourceType, _ name: String, in namespace: String, with patch: JSONValue,
        subresource: String?
    ) async throws -> KubernetesObject {
        try await noteWrite()
        return try await cluster.patch(type, name, in: namespace, with: patch, subresource: subresource)
    }

    func delete(_ type: ResourceType, _ name: String, in namespace: String) async throws {
        try await noteWrite()
        try await cluster.delete(type, name, in: namespace)
    }

    private func noteWrite() async throws {
        memory.writes.withLock { $0 += 1 }
        let action = memory.interference.withLock { action in
            defer { action = nil }
            return action
        }
        try await action?()
    }
}

extension JSONValue {
    /// Two objects in one, the other's members counting; null removes one.
    func merged(with other: JSONValue) -> JSONValue {
        guard case .object(let own) = self, case .object(let others) = other else { return other }
        return .object(own.merging(others) { $0.merged(with: $1) }.filter { $0.value != .null })
    }
}
