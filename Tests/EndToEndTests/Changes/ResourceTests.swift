import Foundation
import Testing

/// Canaries that come, go and move while the daemon runs.
struct ResourceTests {
    @Test("a canary added to the file runs beside the first, and one taken out ends with its processes")
    func comesAndGoes() async throws {
        let first = Manifest(port: try FreePort.next())
        var second = Manifest(port: try FreePort.next())
        second.name = "backend"
        second.version = "5.0.0"
        try await RunningAviary.run(first) { aviary in
            try await aviary.reach("Initialized")
            let kept = aviary.replicas("primary")
            try aviary.save(first, second)
            try await aviary.hear("Initialization done! backend.test")
            #expect(try await aviary.versions(of: first) == ["1.0.0"])
            #expect(try await aviary.versions(of: second) == ["5.0.0"])
            try aviary.save(first)
            try await eventually("the second canary's process still runs") {
                aviary.replicas("primary") == kept
            }
            #expect(try await aviary.versions(of: first) == ["1.0.0"])
            await #expect(throws: (any Error).self) { try await aviary.versions(of: second) }
        }
    }

    @Test(
        "a tracked file that disappears is told with its path, changes nothing, and is taken when it is back")
    func fileDisappears() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.configFiles = ["settings.toml"]
        try await RunningAviary.run(manifest, files: ["settings.toml": "level = 1\n"]) { aviary in
            let path = "\(aviary.folder)/settings.toml"
            try await aviary.reach("Initialized")
            try FileManager.default.removeItem(atPath: path)
            try await eventually("not told") { aviary.program.errors.contains("settings.toml") }
            #expect(aviary.program.errors.contains("spec.configFiles"))
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            try "level = 2\n".write(toFile: path, atomically: true, encoding: .utf8)
            try await aviary.reach("Succeeded")
        }
    }

    @Test("a canary that can't start with a file in error starts when the file is mended, on the same port")
    func startsWhenMended() async throws {
        let first = Manifest(port: try FreePort.next())
        var second = Manifest(port: try FreePort.next())
        second.name = "backend"
        second.configFiles = ["missing.toml"]
        try await RunningAviary.run(first) { aviary in
            try await aviary.reach("Initialized")
            try aviary.save(first, second)
            try await eventually("not told") { aviary.program.errors.contains("missing.toml") }
            second.configFiles = []
            try aviary.save(first, second)
            try await aviary.hear("Initialization done! backend.test")
            #expect(try await aviary.versions(of: second) == ["1.0.0"])
        }
    }

    @Test("a service port taken by another program is told, and the other canaries go on")
    func portTakenLater() async throws {
        try await HookServer.run { other in
            let first = Manifest(port: try FreePort.next())
            var second = Manifest(port: other.port)
            second.name = "backend"
            try await RunningAviary.run(first) { aviary in
                try await aviary.reach("Initialized")
                try aviary.save(first, second)
                try await eventually("not told") {
                    aviary.program.errors.contains("spec.service.port \(other.port)")
                }
                #expect(try await aviary.versions(of: first) == ["1.0.0"])
                second.port = try FreePort.next()
                try aviary.save(first, second)
                try await aviary.hear("Initialization done! backend.test")
            }
        }
    }
}
