import Controller
import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

/// The built `aviary controller`, at work in a namespace of its own on the shared control plane.
final class RunningController {
    let cluster: TestCluster
    let client: KubernetesClient
    let namespace: String
    let folder: String
    private let flags: [String]
    private(set) var program: SpawnedProgram

    /// Runs a test with a controller, and ends it.
    ///
    /// - Parameters:
    ///   - flags: what the controller is started with besides the usual; the later of two flags counts.
    ///   - other: the cluster, when it is not the one that all tests share.
    ///   - prepare: makes what has to be there before the controller starts, and says with which flags more.
    ///   - test: gets the running controller.
    static func run(
        _ flags: [String] = [], on other: TestCluster? = nil,
        preparing prepare: (_ client: KubernetesClient, _ namespace: String, _ folder: String) async throws ->
            [String] = { _, _, _ in [] },
        _ test: (RunningController) async throws -> Void
    ) async throws {
        let shared = other == nil ? try await TestCluster.shared : nil
        guard let cluster = other ?? shared else { return }
        await Slots.daemons.take()
        do {
            try await cluster.plane.withClient { client in
                let namespace = try await client.makeNamespace("canary")
                try await withTemporaryFolder { folder in
                    let flags = flags + (try await prepare(client, namespace, folder))
                    let controller = try RunningController(cluster, client, namespace, folder, flags)
                    defer { controller.program.signal(SIGKILL) }
                    try await test(controller)
                }
                try await client.delete(
                    ObjectReference(TestKinds.namespace, namespace: nil, name: namespace))
            }
        } catch {
            await Slots.daemons.giveBack()
            throw error
        }
        await Slots.daemons.giveBack()
    }

    private init(
        _ cluster: TestCluster, _ client: KubernetesClient, _ namespace: String, _ folder: String,
        _ flags: [String]
    ) throws {
        (self.cluster, self.client, self.namespace) = (cluster, client, namespace)
        (self.folder, self.flags) = (folder, flags)
        program = try Self.spawn(cluster, namespace, folder, flags)
    }

    /// Starts a second one beside it.
    func startAnother() throws -> SpawnedProgram {
        try Self.spawn(cluster, namespace, folder, flags, outputName: "second")
    }

    private static func spawn(
        _ cluster: TestCluster, _ namespace: String, _ folder: String, _ flags: [String],
        outputName: String = "first"
    ) throws -> SpawnedProgram {
        try SpawnedProgram(
            [
                "controller", "-kubeconfig=\(cluster.plane.kubeconfig)", "-namespace", namespace,
                "-mesh-provider=kubernetes", "-min-interval=500ms", "-log-level=debug", "-port=0",
            ] + flags, folder: folder, outputName: outputName)
    }

    /// Ends the controller without notice.
    func kill() async throws {
        program.signal(SIGKILL)
        try await program.exitCode()
    }

    /// Starts another one.
    func restart() throws { program = try Self.spawn(cluster, namespace, folder, flags) }

    // MARK: Objects

    func app() -> ReleasedApp { ReleasedApp(namespace: namespace) }

    /// Creates a Deployment and its canary, and waits until it is initialised.
    func initialise(_ app: ReleasedApp) async throws {
        _ = try await client.create(app.deployment, as: .deployment)
        _ = try await client.create(app.canary, as: .canary)
        try await reach("Initialized", app.name)
    }

    func get(_ type: ResourceType, _ name: String) async throws -> KubernetesObject? {
        try await client.get(ObjectReference(type, namespace: namespace, name: name))
    }

    @discardableResult
    func patch(_ type: ResourceType, _ name: String, _ patch: JSONValue) async throws -> KubernetesObject {
        try await client.patch(
            ObjectReference(type, namespace: namespace, name: name), with: .merge(patch), subresource: nil)
    }

    /// Deploys a new version, as `kubectl set image` does.
    func deploy(_ image: String, to name: String = "podinfo") async throws {
        let container: JSONValue = ["name": "app", "image": .string(image)]
        _ = try await client.patch(
            ObjectReference(.deployment, namespace: namespace, name: name),
            with: .operations([
                [
                    "op": "replace", "path": "/spec/template/spec/containers/0/image",
                    "value": container["image"] ?? "",
                ]
            ]), subresource: nil)
    }

    func image(of name: String) async throws -> String? {
        try await get(.deployment, name)?.json[path: "spec", "template", "spec", "containers"]?.elements?
            .first?["image"]?.string
    }

    func replicas(of name: String) async throws -> Int? {
        try await get(.deployment, name)?.json[path: "spec", "replicas"]?.int
    }

    func status(_ name: String = "podinfo") async throws -> JSONValue {
        try await get(.canary, name)?.json["status"] ?? [:]
    }

    func phase(_ name: String = "podinfo") async throws -> String {
        try await status(name)["phase"]?.string ?? ""
    }

    /// Waits for a phase.
    func reach(
        _ phase: String, _ name: String = "podinfo", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(
            within: .seconds(180), "\(name) has not reached \(phase): \(program.errors.suffix(3000))",
            sourceLocation: sourceLocation
        ) { try await self.phase(name) == phase }
    }

    /// Waits until the canary has been looked at so many times more: each time something is broken that a look mends.
    func ticks(
        _ count: Int, of name: String = "podinfo", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<count {
            try await eventually(sourceLocation: sourceLocation) {
                let broken: JSONValue = ["spec": ["selector": ["app": "nobody"]]]
                return (try? await patch(.service, "\(name)-canary", broken)) != nil
            }
            try await eventually(sourceLocation: sourceLocation) {
                let side = try await get(.service, "\(name)-canary")
                return side?.json[path: "spec", "selector"] == ["app": .string(name)]
            }
        }
    }

    /// Waits until the condition for what keeps a canary from going on has a reason and says so; nil waits for none.
    func shows(
        _ reason: String?, _ message: String = "", _ name: String = "podinfo",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(
            "no condition \(reason ?? "less"): \(program.errors.suffix(3000))",
            sourceLocation: sourceLocation
        ) {
            let found = CanaryConditionReading(try await status(name), type: "Accepted")
            return found.reason == reason && (reason == nil || found.message?.contains(message) == true)
        }
    }

    /// Waits for an event of a canary that says so.
    func hears(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(
            within: .seconds(90), "no event says \"\(text)\": \(program.errors.suffix(3000))",
            sourceLocation: sourceLocation
        ) { try await events().contains { $0.contains(text) } }
    }

    /// `Reason Message` of each event of the namespace's canaries.
    func events() async throws -> [String] {
        let type = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
        let list = try await client.list(
            type, in: namespace, matching: Selector(fields: "involvedObject.kind=Canary"))
        return list.items.map {
            "\($0.json["type"]?.string ?? "") \($0.json["reason"]?.string ?? "") \($0.json["message"]?.string ?? "")"
        }
    }

    // MARK: The log

    /// The lines of the log about a canary, as far as they are complete.
    func log(about name: String = "podinfo") -> [[String: String]] {
        program.errors.split(separator: "\n").compactMap { line in
            try? JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        }.filter { $0["canary"] == "\(name).\(namespace)" }
    }
}
