import Synchronization
import Testing

/// A changed `service.port`.
struct PortTests {
    private final class Misses: Sendable {
        private let total = Mutex(0)
        var count: Int { total.withLock { $0 } }
        func add() { total.withLock { $0 += 1 } }
    }

    /// Whether a request is answered at one of two ports, the first of them first.
    private static func answers(_ ports: [Int]) async -> Bool {
        for port in ports + ports.prefix(1) {
            let answer = try? await Web.get("http://127.0.0.1:\(port)/version")
            if let answer { return answer.status == 200 && answer.version == "1.0.0" }
        }
        return false
    }

    @Test("the new port is open before the old one is closed, with the same processes and without a rollout")
    func moves() async throws {
        var manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let before = manifest
            let replicas = aviary.replicas("primary")
            manifest.port = try FreePort.next()
            let ports = [manifest.port, before.port]
            let misses = Misses()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        if await !Self.answers(ports), !Task.isCancelled { misses.add() }
                    }
                }
                try aviary.save(manifest)
                try await eventually("the old port still answers") {
                    (try? await Web.get("http://127.0.0.1:\(before.port)/version")) == nil
                }
                group.cancelAll()
            }
            #expect(misses.count == 0)
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            #expect(aviary.replicas("primary") == replicas)
            #expect(try aviary.phase() == "Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Succeeded")
        }
    }

    @Test("two canaries that swap their ports in one save both end up on the other's")
    func swap() async throws {
        var first = Manifest(port: try FreePort.next())
        var second = Manifest(port: try FreePort.next())
        second.name = "backend"
        second.version = "5.0.0"
        try await RunningAviary.run(first) { aviary in
            try aviary.save(first, second)
            try await aviary.hear("Initialization done! backend.test")
            (first.port, second.port) = (second.port, first.port)
            try aviary.save(first, second)
            try await eventually("not swapped: \(aviary.program.errors)") {
                let answer = try? await Web.get("http://127.0.0.1:\(second.port)/version")
                return answer?.version == "5.0.0"
            }
            #expect(try await aviary.versions(of: first) == ["1.0.0"])
            #expect(try await aviary.versions(of: second) == ["5.0.0"])
        }
    }

    @Test("a port that is taken is told, and the old one stays open")
    func taken() async throws {
        try await HookServer.run { other in
            let before = Manifest(port: try FreePort.next())
            try await RunningAviary.run(before) { aviary in
                try await aviary.reach("Initialized")
                var manifest = before
                manifest.port = other.port
                try aviary.save(manifest)
                try await eventually("not told") {
                    aviary.program.errors.contains("spec.service.port \(other.port)")
                }
                #expect(try await aviary.versions(of: before) == ["1.0.0"])
            }
        }
    }
}
