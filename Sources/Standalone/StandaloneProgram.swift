import Delivery
import Foundation
import Hummingbird
import LoadTester
public import Logging
import NIOCore
import NIOPosix
import Rollout
public import ServiceLifecycle

/// `aviary run`: state, canaries, API and load tester of one machine, as a service.
public final class StandaloneProgram: Service {
    /// The canaries.
    public let daemon: Daemon
    /// What happened, now and before.
    public let history: History

    private let options: StandaloneOptions
    private let manifests: ManifestFiles
    private let environment: DaemonEnvironment
    private let caller: WebhookCaller
    private let client: HTTPServerClient
    private let directory: DataDirectory
    private let gates: GateStore
    private let fileTrouble = FileFollower.Trouble()
    private let tasks: TaskRunner
    private let access: AccessControl
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let onTrouble: @Sendable (String) async -> Void

    /// Takes the data directory and the files; nothing runs before `run()`.
    ///
    /// - Parameters:
    ///   - options: what was asked for.
    ///   - logger: for what is no event of a canary.
    ///   - onListening: told the port of the API once it answers and the canaries have started.
    ///   - onTrouble: told why a changed file was not taken.
    /// - Throws: `StandaloneError`, in words for the user.
    public init(
        _ options: StandaloneOptions, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in },
        onTrouble: @escaping @Sendable (String) async -> Void = { _ in }
    ) async throws {
        self.options = options
        self.logger = logger
        self.onListening = onListening
        self.onTrouble = onTrouble
        access = try options.security.accessControl(logger)
        let secrets = SecretStore(folder: try options.secretsDirectory.map(SecretFolder.init))
        manifests = ManifestFiles(options.files, options: options.validation, secrets: secrets)
        let drafts = try await manifests.drafts()
        directory = try DataDirectory(options.dataDirectory)
        try directory.linkPrograms(["hey", "ghz", "aviary"], to: options.executable)
        let database = try StateDatabase.open(at: directory.path)
        let names = NameTable()
        for (name, address) in options.resolutions { names.publish(name, at: (address.host, address.port)) }
        history = History(writer: database.writer, logger: logger)
        gates = try GateStore(writer: database.writer)
        let registry = ReplicaTable(writer: database.writer)
        let resources = ResourceTable(writer: database.writer)
        try await resources.take(drafts, from: .files)
        let survivors = try await Self.survivors(of: resources, registry, owner: directory.owner)
        let snapshots = ConfigurationSnapshot(folder: directory.path + "/configuration")
        snapshots.prune(keeping: try await RevisionTable.configurations(in: database.writer))
        // Last, since it has to be shut down once it is there.
        let references = StandaloneResources(table: resources, secrets: secrets)
        caller = WebhookCaller(resolve: names.resolve, resources: references)
        let hooks = TesterHooks(caller: caller, names: names, token: access.ownToken)
        client = HTTPServerClient(resolve: names.resolve)
        environment = DaemonEnvironment(
            database: database, history: history, names: names, caller: hooks, client: client,
            resources: references, validation: options.validation,
            group: MultiThreadedEventLoopGroup.singleton, snapshots: snapshots, registry: registry,
            survivors: survivors, owner: directory.owner, logFolder: directory.path + "/logs",
            programFolder: directory.path + "/bin", bindAddress: options.bindAddress,
            closeGates: { [gates] in try await gates.forget(namespace: $0.namespace, name: $0.name) },
            logger: logger,
            now: { Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded())) })
        daemon = Daemon(environment: environment)
        let (permissions, variables) = (options.security.permissions, Self.taskEnvironment(names, directory))
        tasks = TaskRunner(permissions: permissions, environment: variables, logger: logger)
    }

    /// The replicas that outlived the last daemon. A canary may have gone while nothing ran: its processes go as well.
    private static func survivors(
        of resources: ResourceTable, _ registry: ReplicaTable, owner: String
    ) async throws -> [ReplicaRecord] {
        let wanted = Set(try await resources.all().keys)
        return try await OrphanSweep(owner: owner, registry: registry).run {
            wanted.contains(CanaryKey(namespace: $0.namespace, name: $0.name))
        }
    }

    /// Serves until the service group shuts down, then finishes what is in flight within the stop limit.
    ///
    /// - Throws: `StandaloneError` when an address can't be opened or a canary can't be started.
    public func run() async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await self.daemon.run(stopLimit: self.options.stopLimit) }
                group.addTask { await self.tasks.run() }
                group.addTask { try await self.serve() }
            }
        } catch {
            await shutdownClients()
            throw error
        }
        await shutdownClients()
    }

    private func shutdownClients() async {
        await caller.shutdown()
        await client.shutdown()
    }

    private func serve() async throws {
        let router = Hummingbird.Router(context: LoadTesterRequestContext.self)
        let tester = LoadTesterRoutes(
            gates: gates, tasks: tasks, namespaceFilter: options.security.namespaces, access: access,
            logger: logger)
        router.get("/healthz") { _, _ in await self.health() }
        router.get("/metrics") { [daemon] request, _ in
            try tester.admit(request, to: .read)
            return CanaryMetricsText(samples: await daemon.samples()).text + tester.metricsText()
        }
        DaemonRoutes(daemon: daemon, history: history, admit: tester.admit).add(to: router)
        tester.addRoutes(to: router)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, server: .guarded(checksOf: tester),
            configuration: .init(
                address: .hostname(options.listen.host, port: options.listen.port), serverName: "aviary"),
            onServerRunning: { channel in
                port.yield(channel.localAddress?.port ?? 0)
                port.finish()
            },
            logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.listen(application) }
            group.addTask {
                for await bound in ports { try await self.begin(onPort: bound) }
            }
            // Not waitForAll: that would wait for the other task before it told why one has failed.
            while try await group.next() != nil {}
        }
    }

    private func listen(_ application: some ApplicationProtocol) async throws {
        do { try await application.run() } catch let error as IOError {
            throw StandaloneError.listen(
                address: "\(options.listen.host):\(options.listen.port)",
                cause: String(cString: strerror(error.errnoCode)))
        }
    }

    /// The API answers: names are complete, canaries may start, files are watched.
    private func begin(onPort port: Int) async throws {
        environment.names.publishTester(host: options.listen.host, port: port)
        let drafts = try await manifests.drafts()
        try await daemon.load(drafts)
        onListening(port)
        for canary in try await daemon.deleted(among: drafts) {
            await onTrouble(
                "canary \(canary) was deleted and stays away until its file changes or is applied: aviary apply FILE"
            )
        }
        await FileFollower(manifests: manifests, daemon: daemon, trouble: fileTrouble, onTrouble: onTrouble)
            .run()
    }

    /// 503 with the reasons, one a line, while something that was decided can't be kept or done.
    private func health() async -> Response {
        let troubles = await daemon.troubles() + [fileTrouble.text].compactMap { $0 }
        return Response(
            status: troubles.isEmpty ? .ok : .serviceUnavailable,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(
                byteBuffer: ByteBuffer(string: troubles.isEmpty ? "OK" : troubles.joined(separator: "\n"))))
    }

    /// Tasks find the built-in programs first, the names of services, and their real addresses.
    private static func taskEnvironment(_ names: NameTable, _ directory: DataDirectory) -> TaskEnvironment {
        let path = DaemonEnvironment.path(startingWith: directory.path + "/bin")
        return TaskEnvironment { canary, namespace in
            var variables = [
                "PATH": path, "AVIARY_RESOLVE": names.hostMap(),
                "AVIARY_OWNER": directory.owner,
            ]
            for (role, url) in names.urls(of: CanaryKey(namespace: namespace, name: canary)) {
                variables["AVIARY_\(role.rawValue.uppercased())_URL"] = url
            }
            return variables
        }
    }
}
