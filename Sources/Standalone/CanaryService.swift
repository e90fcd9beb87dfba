import Delivery
import FlaggerAPI
import Foundation
import Logging
import NIOPosix
import Proxy
import Rollout
import Synchronization

/// Everything that runs for one canary: proxy, both sides, interpreter, ticks.
final class CanaryService: Sendable {
    let key: CanaryKey
    let runner: CanaryRunner
    let proxy: ReverseProxy
    private let router: ProxyRouter
    let workload: ProcessWorkload
    private let courier: Courier
    private let environment: DaemonEnvironment
    private let published = Mutex<[String]>([])
    private let interpreter: Interpreter
    private let outbox: OutboxTable
    private let hasEnded = Mutex(false)
    let isHurried = Mutex(false)
    private let retirement = Wakeup()
    private let desired: Mutex<DesiredCanary>
    let sides: (primary: ReplicaSet, canary: ReplicaSet)

    /// Opens the ports and adopts what survived; nothing ticks before `run()`.
    ///
    /// - Throws: when the service port is taken, or the resource can't be used.
    static func start(_ desired: DesiredCanary, in environment: DaemonEnvironment) async throws
        -> CanaryService
    {
        let key = CanaryKey(desired.canary.metadata)
        let store = StatusTable(
            writer: environment.database.writer, history: environment.history, canary: key,
            now: environment.now)
        let status = try await store.load()
        let target = try desired.target(environment.snapshots)
        let definition = try CanaryDefinition(desired.canary)
        let rules = try desired.rules()
        let proxy = try await openProxy(desired, status, environment)
        let router = ProxyRouter(
            proxy: proxy, routes: status.routes, rules: rules,
            revision: status.lastApplied?.checksum ?? target.revision.checksum)
        do {
            let service = try await CanaryService(
                key, desired, target, definition, status, proxy, router, store, environment)
            service.publishNames()
            return service
        } catch {
            // The next try needs the port.
            await proxy.drain(within: .zero)
            throw error
        }
    }

    private static func openProxy(
        _ desired: DesiredCanary, _ status: RolloutStatus, _ environment: DaemonEnvironment
    ) async throws -> ReverseProxy {
        let port = desired.canary.spec.service.port
        do {
            return try await ReverseProxy.start(
                [
                    Listener(host: environment.bindAddress, port: port, audience: .apex),
                    Listener(audience: .side(.primary)),
                    Listener(audience: .side(.canary)),
                ],
                table: RoutingTable(canaryWeight: status.routes.canaryWeight), group: environment.group,
                limits: ProxyLimits(), logger: environment.logger)
        } catch let error as ProxyError {
            throw StandaloneError.servicePort(port, cause: "\(error)")
        }
    }

    private init(
        _ key: CanaryKey, _ desired: DesiredCanary, _ target: ProcessWorkload.Target,
        _ definition: CanaryDefinition, _ status: RolloutStatus, _ proxy: ReverseProxy, _ router: ProxyRouter,
        _ store: StatusTable, _ environment: DaemonEnvironment
    ) async throws {
        self.key = key
        self.proxy = proxy
        self.router = router
        self.environment = environment
        self.desired = Mutex(desired)
        let reference = RunnerReference()
        let canaryStart = StartTime()
        sides = Self.sides(of: key, router, proxy, environment, reference)
        let analysis = desired.canary.spec.effectiveAnalysis
        workload = ProcessWorkload(
            primary: sides.primary, canary: sides.canary,
            revisions: RevisionTable(writer: environment.database.writer, canary: key), target: target,
            readyThresholds: (analysis.primaryReadyThreshold, analysis.canaryReadyThreshold),
            canaryStart: canaryStart, now: environment.now)
        let report = Self.troubleReport(of: key, environment)
        outbox = OutboxTable(
            writer: environment.database.writer, history: environment.history, canary: key,
            now: environment.now)
        courier = Courier(
            outbox: outbox, caller: environment.caller,
            alerts: AlertSender(resources: environment.resources, client: environment.client),
            now: environment.now, onTrouble: report)
        let metrics = QueriedMetrics(
            builtin: ProxyMetrics(proxy: proxy, canaryStart: canaryStart), resources: environment.resources,
            client: environment.client, server: environment.validation.metricsServer)
        interpreter = Interpreter(
            workload: workload, router: router, store: store, sink: RevisionFollower(router: router),
            caller: environment.caller, metrics: metrics, courier: courier, now: environment.now)
        runner = CanaryRunner(
            interpreter: interpreter, definition: definition, status: status, logger: environment.logger,
            onTrouble: report)
        reference.point(to: runner)
        try await workload.resume()
    }

    private static func sides(
        of key: CanaryKey, _ router: ProxyRouter, _ proxy: ReverseProxy, _ environment: DaemonEnvironment,
        _ reference: RunnerReference
    ) -> (primary: ReplicaSet, canary: ReplicaSet) {
        func set(_ side: ReplicaSide, _ proxied: Side) -> ReplicaSet {
            ReplicaSet(
                ReplicaSetConfiguration(
                    name: key.name, namespace: key.namespace, side: side, owner: environment.owner,
                    logDirectory: URL(fileURLWithPath: environment.logFolder)),
                registry: environment.registry,
                publisher: SidePublisher(router: router, proxy: proxy, side: proxied) { reference.poke() },
                survivors: environment.survivors.filter {
                    $0.namespace == key.namespace && $0.name == key.name && $0.side == side
                },
                logger: environment.logger, environment: environment.replicaEnvironment,
                onFailure: Self.failureReport(of: key, side, environment, reference))
        }
        return (set(.primary, .primary), set(.canary, .canary))
    }

    /// Tells users what keeps a canary from being ticked or its calls from being made.
    private static func troubleReport(of key: CanaryKey, _ environment: DaemonEnvironment)
        -> @Sendable (String) async -> Void
    {
        { trouble in
            let entry = HistoryEntry(
                time: environment.now(), phase: nil, checksum: "",
                kind: .announced(.warning(.effectFailed, trouble)))
            await environment.history.append(entry, canary: key)
        }
    }

    /// Tells users why a replica does not run.
    private static func failureReport(
        of key: CanaryKey, _ side: ReplicaSide, _ environment: DaemonEnvironment, _ reference: RunnerReference
    ) -> @Sendable (String) async -> Void {
        { failure in
            let status = reference.status
            let text = "\(key.name)-\(side.rawValue).\(key.namespace): \(failure)"
            let entry = HistoryEntry(
                time: environment.now(), phase: status?.phase, checksum: status?.lastApplied?.checksum ?? "",
                kind: .announced(.warning(.replicaFailed, text)))
            await environment.history.append(entry, canary: key)
        }
    }

    private func publishNames() {
        let canary = resource
        let services: [(NameTable.Role, String, Listener.Audience)] = [
            (.apex, canary.apexName, .apex), (.primary, canary.primaryName, .side(.primary)),
            (.canary, canary.canaryName, .side(.canary)),
        ]
        let names = services.map { "\($0.1).\(key.namespace)" }
        let old = published.withLock { published in
            defer { published = names }
            return published.filter { !names.contains($0) }
        }
        if !old.isEmpty { environment.names.withdraw(old, of: key) }
        for ((role, _, audience), name) in zip(services, names) {
            let host = role == .apex ? environment.bindAddress : "127.0.0.1"
            environment.names.publish(
                name, host: host, port: proxy.port(of: audience) ?? 0, as: role, of: key)
        }
    }

    /// The service port, as last loaded.
    var listenPort: Int { resource.spec.service.port }

    /// The Canary resource as last loaded.
    var resource: Canary { desired.withLock { $0.canary } }

    /// Takes a changed resource: new numbers apply at once, a new revision with the next tick. A new service port is
    /// open before the old one is closed.
    ///
    /// - Throws: when the resource can't be used; nothing of it is taken then.
    func follow(_ desired: DesiredCanary) async throws {
        let (before, port) = (listenPort, desired.canary.spec.service.port)
        guard proxy.port(of: .apex) != port else { return try await take(desired) }
        try await listen(on: port)
        do { try await take(desired) } catch {
            await proxy.stopListening(on: port)
            throw error
        }
        await proxy.stopListening(on: before)
        publishNames()
    }

    private func listen(on port: Int) async throws {
        do {
            try await proxy.listen(
                on: Listener(host: environment.bindAddress, port: port, audience: .apex))
        } catch {
            throw StandaloneError.servicePort(port, cause: "\(error)")
        }
    }

    /// Closes the service port, for another canary that moves to it.
    func leavePort() async { await proxy.stopListening(on: listenPort) }

    /// Opens the service port again, when a move to another one has failed.
    func returnToPort() async throws {
        if proxy.port(of: .apex) == nil { try await listen(on: listenPort) }
    }

    private func take(_ desired: DesiredCanary) async throws {
        let analysis = desired.canary.spec.effectiveAnalysis
        let definition = try CanaryDefinition(desired.canary)
        let rules = try desired.rules()
        try await workload.change(
            to: try desired.target(environment.snapshots),
            readyThresholds: (analysis.primaryReadyThreshold, analysis.canaryReadyThreshold))
        self.desired.withLock { $0 = desired }
        router.follow(rules)
        publishNames()
        runner.follow(definition)
        runner.poke()
    }

    /// Ticks, tells event hooks and keeps the replicas running until the task is cancelled or the canary retired.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.runner.run() }
            group.addTask { await self.courier.run() }
            group.addTask { await self.sides.primary.run() }
            group.addTask { await self.sides.canary.run() }
            await self.retirement.sleep(atMost: .seconds(1 << 32))
            group.cancelAll()
        }
        hasEnded.withLock { $0 = true }
    }

    /// How long those who are owed calls may take to hear the last, and a tick to end.
    private static let farewellLimit = Duration.seconds(5)

    /// Takes the canary out of service: its resource is gone.
    func retire(within limit: Duration) async {
        await sayFarewell()
        retirement.signal()
        environment.names.withdraw(published.withLock { $0 }, of: key)
        await stop(within: limit)
        await wait { hasEnded.withLock { $0 } }
    }

    /// Tells that the canary is gone, and lets event hooks hear it.
    private func sayFarewell() async {
        let text = "Terminated canary \(runner.current.plan.names.canary)"
        do {
            try await interpreter.tell(.normal(.terminated, text), in: .terminated, runner.current)
        } catch {
            environment.logger.error("\(text), which can't be kept", metadata: ["error": "\(error)"])
        }
        await wait { (try? await outbox.next(excluding: [])) == nil }
    }

    private func wait(until isOver: () async -> Bool) async {
        let deadline = ContinuousClock.now + Self.farewellLimit
        while await !isOver(), ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
    }
}

/// Makes cookies of earlier revisions void as the revision moves on.
struct RevisionFollower: EventSink {
    let router: ProxyRouter

    func record(_ entry: HistoryEntry) async {
        guard case .moved(let status) = entry.kind, let revision = status.lastApplied else { return }
        router.follow(revision: revision.checksum)
    }
}
