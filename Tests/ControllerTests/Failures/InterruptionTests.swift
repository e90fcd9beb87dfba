import Controller
import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

/// What is between the controller and its cluster fails: the end is the same, and at every moment the weights are those
/// that the status says, with none on a canary that is not ready.
@Suite("A rollout that is interrupted", .timeLimit(.minutes(5)))
struct InterruptionTests {
    @Test("comes to the same end when its connections are cut after every write")
    func cut() async throws {
        try await ProviderDefinitions.shared.install()
        let relay = try await Self.relay(to: TestCluster.shared.plane)
        try await RunningController.run(["-master", Self.address(of: relay)]) { controller in
            try await RolloutRecord.follow(controller) { record in
                try await controller.initialise(Self.app(controller))
                try await controller.deploy("podinfo:2.0.0")
                var (seen, cuts) = (record.count, 0)
                try await eventually(within: .seconds(180), "\(controller.program.errors.suffix(3000))") {
                    if record.count > seen {
                        seen = record.count
                        relay.cut()
                        cuts += 1
                    }
                    return try await controller.phase() == "Succeeded"
                }
                #expect(cuts > 5)
                try await Self.expectEnd(of: controller, record)
            }
        }
        await relay.stop()
    }

    @Test(
        "waits while the API server is away for half a minute, and is cut off while it lists everything again"
    )
    func outage() async throws {
        let plane = try await TestControlPlane.start()
        do {
            let cluster = TestCluster(plane: plane)
            try await cluster.installDefinitions()
            try await cluster.installProviders()
            let relay = try await Self.relay(to: plane)
            let flags = ["-master", Self.address(of: relay)]
            try await RunningController.run(flags, on: cluster) { controller in
                try await RolloutRecord.follow(controller) { record in
                    try await controller.initialise(Self.app(controller))
                    try await controller.deploy("podinfo:2.0.0")
                    try await eventually { record.weights().last ?? 0 > 0 }
                    try await plane.stopServer()
                    let stopped = ContinuousClock.now
                    try await eventually(within: .seconds(60)) {
                        #expect(controller.program.isRunning)
                        return ContinuousClock.now - stopped > .seconds(30)
                    }
                    try await plane.startServer()
                    // The server has forgotten what was watched: every kind is listed, and each list is cut off.
                    var cuts = 0
                    try await eventually {
                        let accepted = relay.acceptedCount
                        relay.cut()
                        cuts += 1
                        return cuts > 20 && relay.acceptedCount >= accepted
                    }
                    try await eventually(within: .seconds(180), "\(controller.program.errors.suffix(3000))") {
                        (try? await controller.phase()) == "Succeeded"
                    }
                    try await Self.expectEnd(of: controller, record)
                }
            }
            await relay.stop()
        } catch {
            try? await plane.stop()
            throw error
        }
        try await plane.stop()
    }

    @Test("is left alone at once when somebody else takes the lease, and goes on when that one is gone")
    func leaseTaken() async throws {
        try await ProviderDefinitions.shared.install()
        try await RunningController.run(["-enable-leader-election=true"]) { controller in
            try await RolloutRecord.follow(controller) { record in
                try await controller.initialise(Self.app(controller))
                try await controller.deploy("podinfo:2.0.0")
                try await eventually { record.weights().last ?? 0 > 0 }
                let lost = try await Self.takeLease(from: controller)
                try await controller.reach("Succeeded")
                #expect(try record.writesWhileNobodyLed(after: lost).isEmpty)
                try await Self.expectEnd(of: controller, record)
            }
        }
    }

    @Test("is left alone by a leader that was stopped for longer than its lease, and wakes up again")
    func leaderStopped() async throws {
        try await ProviderDefinitions.shared.install()
        try await RunningController.run(["-enable-leader-election=true"]) { controller in
            try await RolloutRecord.follow(controller) { record in
                try await controller.initialise(Self.app(controller))
                let second = try controller.startAnother()
                defer { second.signal(SIGKILL) }
                try await eventually { second.errors.contains("waiting for leadership") }
                try await controller.deploy("podinfo:2.0.0")
                try await eventually { record.weights().last ?? 0 > 0 }
                controller.program.signal(SIGSTOP)
                let told = controller.log().count
                try await eventually(within: .seconds(120)) { second.errors.contains("\"leading\"") }
                controller.program.signal(SIGCONT)
                try await eventually { controller.program.errors.contains("leadership lost") }
                try await controller.reach("Succeeded")
                // It may finish a sentence, and decides nothing.
                let later = controller.log().dropFirst(told).compactMap { $0["msg"] }
                #expect(
                    later.allSatisfy { !$0.hasPrefix("status is ") && !$0.hasPrefix("Advance") }, "\(later)")
                try await Self.expectEnd(of: controller, record)
            }
        }
    }

    @Test(
        "comes to the same end when the controller is killed again and again, each time right after a write")
    func killed() async throws {
        try await ProviderDefinitions.shared.install()
        try await RunningController.run { controller in
            try await RolloutRecord.follow(controller) { record in
                try await controller.initialise(Self.app(controller))
                try await controller.deploy("podinfo:2.0.0")
                var kills = 0
                while kills < 20, try await controller.phase() != "Succeeded" {
                    let seen = record.count
                    try await eventually(within: .seconds(120), "\(controller.program.errors.suffix(3000))") {
                        record.count > seen
                    }
                    try await controller.kill()
                    kills += 1
                    try controller.restart()
                }
                try await controller.reach("Succeeded")
                #expect(kills > 3)
                try await Self.expectEnd(of: controller, record)
            }
        }
    }

    /// Takes the lease away as another process would, for a few seconds.
    ///
    /// - Returns: the version of the cluster once nothing of the former leader's is on its way any more.
    private static func takeLease(from controller: RunningController) async throws -> Int64 {
        try await controller.patch(
            RolloutRecord.lease, "flagger-leader-election",
            ["spec": ["holderIdentity": "somebody else", "leaseDurationSeconds": 15]])
        try await eventually(within: .seconds(60)) {
            controller.program.errors.contains("leadership lost: somebody else holds the lease")
        }
        try await eventually { controller.program.errors.contains("waiting for leadership") }
        let page = try await controller.client.page(
            of: .canary, in: controller.namespace, matching: .everything, limit: 0, after: nil
        ) { _ in }
        return try #require(Int64(page.resourceVersion))
    }

    private static func relay(to plane: TestControlPlane) async throws -> CuttableRelay {
        let server = try #require(URL(string: try plane.configuration.server))
        return try await CuttableRelay(to: try #require(server.port))
    }

    private static func address(of relay: CuttableRelay) -> String { "https://127.0.0.1:\(relay.port)" }

    private static func app(_ controller: RunningController) -> ReleasedApp {
        var app = controller.app()
        app.spec = ["provider": "gatewayapi:v1"]
        app.service = ["port": 9898, "gatewayRefs": [["name": "public", "namespace": "gateways"]]]
        app.analysis = ["interval": "1s", "threshold": 2, "stepWeight": 20, "maxWeight": 60]
        return app
    }

    private static func expectEnd(of controller: RunningController, _ record: RolloutRecord) async throws {
        #expect(try await controller.image(of: "podinfo-primary") == "podinfo:2.0.0")
        try await eventually { try await controller.replicas(of: "podinfo") == 0 }
        #expect(try await controller.status()["failedChecks"] == 0)
        try await eventually { record.weights().last == 0 }
        #expect(record.weights().filter { $0 > 0 }.max() == 60)
        #expect(record.violations().isEmpty, "\(record.violations().joined(separator: "\n"))")
    }
}
