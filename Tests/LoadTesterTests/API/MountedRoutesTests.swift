import AsyncHTTPClient
import Foundation
import Hummingbird
import LoadTester
import Logging
import Testing

@Suite("Mounted in another server")
struct MountedRoutesTests {
    @Test("serves gates and tasks beside the server's own paths, and its metrics on request")
    func mounted() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let tasks = TaskRunner(logger: logger)
        let routes = LoadTesterRoutes(gates: try .inMemory(), tasks: tasks, logger: logger)
        let router = Router()
        router.get("/healthz") { _, _ in "mine" }
        router.get("/metrics") { _, _ in "mine 1\n" + routes.metricsText() }
        routes.addRoutes(to: router)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await tasks.run() }
            group.addTask { try? await application.run() }
            let bound = try #require(await ports.first { _ in true })
            let server = LiveServerAddress(url: "http://127.0.0.1:\(bound)")
            let podinfo = #"{"name":"podinfo","namespace":"test"}"#
            #expect(try await server.send("/gate/open", podinfo).status == 202)
            #expect(try await server.send("/gate/check", podinfo).status == 200)
            let task = try taskPayload(["type": "bash", "cmd": "exit 0"])
            #expect(try await server.send("/", task).status == 200)
            #expect(try await server.get("/healthz") == "mine")
            let metrics = try await server.get("/metrics")
            #expect(metrics.hasPrefix("mine 1\n"))
            #expect(
                metrics.contains(#"aviary_loadtester_gate_checks_total{kind="gate",answer="approved"} 1"#))
            #expect(metrics.contains(#"aviary_loadtester_tasks_started_total{type="bash"} 1"#))
            group.cancelAll()
        }
    }
}
