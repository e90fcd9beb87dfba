import Delivery
import Foundation
import KubernetesClient
public import Logging
import Rollout
public import ServiceLifecycle

/// `aviary controller`: the canaries of a cluster, as a service.
public final class ControllerProgram: Service {
    /// The name of the lease that the leader holds: the peer's, so that the two never work at the same time.
    static let leaseName = "flagger-leader-election"

    private let options: ControllerOptions
    private let version: String
    private let logger: Logger
    private let client: KubernetesClient
    private let onListening: @Sendable (Int) -> Void

    /// Finds the cluster; nothing is asked of it before `run()`.
    ///
    /// - Parameters:
    ///   - options: what was asked for.
    ///   - version: what logs, metrics and the API server are told.
    ///   - logger: for everything that happens.
    ///   - onListening: told the port of the HTTP server once it answers.
    /// - Throws: `KubernetesError.configuration`, in words for the user.
    public init(
        _ options: ControllerOptions, version: String, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        self.options = options
        self.version = version
        self.logger = logger
        self.onListening = onListening
        var configuration: ClusterConfiguration
        if let server = options.server, !server.isEmpty, options.kubeconfig == nil {
            configuration =
                (try? ClusterConfiguration.load()) ?? ClusterConfiguration(server: server)
        } else {
            configuration = try ClusterConfiguration.load(kubeconfig: options.kubeconfig)
        }
        if let server = options.server, !server.isEmpty { configuration.server = server }
        client = try KubernetesClient(
            configuration,
            policy: ClientPolicy(requestsPerSecond: options.requestsPerSecond, burst: options.burst),
            userAgent: "aviary/\(version)", logger: logger)
    }

    /// Serves until the service group shuts down.
    ///
    /// - Throws: `ControllerError.cluster` when the CRDs are missing or the server can't be asked.
    public func run() async throws {
        let caches = ClusterCaches(
            api: client, namespace: options.namespace.isEmpty ? nil : options.namespace, logger: logger)
        let resources = ClusterResources(
            cluster: WatchedCluster(caches: caches, api: client), global: options.settings.alerts)
        let caller = WebhookCaller(resources: resources)
        let servers = HTTPServerClient()
        let result: Result<Void, any Error>
        do {
            result = .success(try await work(caches, resources, caller, servers))
        } catch {
            result = .failure(error)
        }
        await caller.shutdown()
        await servers.shutdown()
        await client.shutdown()
        try result.get()
    }

    private func work(
        _ caches: ClusterCaches, _ resources: ClusterResources, _ caller: WebhookCaller,
        _ servers: HTTPServerClient
    ) async throws {
        let serverVersion = try await ClusterCheck(client: client).verify()
        logger.info(
            "connected to Kubernetes \(serverVersion)",
            metadata: [
                "server": "\(client.configuration.server)", "provider": "\(options.settings.provider)",
            ])
        let recorder = EventRecorder(
            api: client, source: EventSource(component: "aviary", instance: Self.identity), logger: logger)
        let metrics = ControllerMetrics(version: version, provider: options.settings.provider)
        let workloads = try await workloadSettings()
        let server = ControllerServer(
            port: options.port, metrics: metrics, caches: caches, logger: logger, onListening: onListening)
        // Whoever waits for leadership follows them as well, so as to act at once when it comes.
        for type in CanaryCatalog.targetTypes + [.canary] { _ = caches.cache(of: type) }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await caches.run() }
            group.addTask { await recorder.run() }
            group.addTask { await cancelWhenGracefulShutdown { await MemoryTrimming.run() } }
            group.addTask { try await server.run() }
            group.addTask {
                await cancelWhenGracefulShutdown {
                    await self.lead { api in
                        let environment = ControllerEnvironment(
                            cluster: WatchedCluster(caches: caches, api: api),
                            settings: self.options.settings, workloads: workloads, caller: caller,
                            client: servers, resources: resources, recorder: recorder,
                            schedule: TickSchedule(
                                limit: self.options.concurrency, onLateness: metrics.began(late:)),
                            registry: TargetRegistry(),
                            metrics: metrics, logger: self.logger, now: Self.now)
                        await CanaryCatalog(caches: caches, environment: environment).run()
                    }
                }
            }
        }
    }

    private func workloadSettings() async throws -> WorkloadSettings {
        var workloads = WorkloadSettings()
        workloads.selectorLabels = options.selectorLabels
        workloads.labelPrefixes = options.labelPrefixes
        workloads.tracksConfiguration = options.tracksConfiguration
        workloads.autoscalerType =
            try await client.first(of: ResourceType.autoscalerTypes) ?? ResourceType.autoscalerTypes[0]
        return workloads
    }

    private static let now: @Sendable () -> Moment = {
        Moment(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }

    /// Works while this process leads; at once when there is no election.
    private func lead(_ work: @escaping @Sendable (any KubernetesAPI) async -> Void) async {
        guard options.electsLeader else { return await work(client) }
        let namespace = options.namespace.isEmpty ? options.leaseNamespace : options.namespace
        let client = client
        while !Task.isCancelled {
            do {
                let election = try LeaderElection(
                    lease: Self.leaseName, in: namespace, identity: Self.identity, api: client.unpaced,
                    logger: logger)
                try await election.lead { leadership in await work(leadership.fenced(client)) }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("leadership ended", metadata: ["reason": "\(error)"])
            }
        }
    }

    private static let identity: String = {
        let host = ProcessInfo.processInfo.hostName
        return "\(host)_\(UUID().uuidString.lowercased())"
    }()
}
