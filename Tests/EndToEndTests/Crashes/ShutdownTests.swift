import Glibc
import Testing

/// Ends in order, ends at random, and what is left behind by a kill.
struct ShutdownTests {
    @Test("SIGTERM during a rollout ends every process with exit code 0, and the next start goes on")
    func terminatedInTheMiddle() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [hooks.hook("confirm-promotion"), hooks.hook("post-rollout")]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("WaitingPromotion", weight: 50)
                #expect(try await aviary.terminate() == 0)
                #expect(aviary.children().isEmpty, "leaked: \(aviary.children())")
                try await aviary.startAgain()
                try await eventually("the canary is not back") { aviary.replicas("canary").count == 1 }
                hooks.answer("confirm-promotion", .status(200))
                try await aviary.reach("Succeeded")
                try await eventually { hooks.calls(of: "post-rollout").map(\.phase) == ["Succeeded"] }
                #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
            }
        }
    }

    @Test("a second SIGINT ends at once what the first one waits for", arguments: [SIGINT, SIGTERM])
    func impatience(signal: Int32) async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.command = [
            "/bin/sh", "-c", #"trap '' TERM; "$0" sample-app --port "$PORT" & while :; do sleep 1; done"#,
            try BuiltProgram.path(),
        ]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            // A request that neither ends nor is given up.
            let url = "http://127.0.0.1:\(manifest.port)/delay/60"
            let slow = Task { _ = try? await Web.get(url) }
            defer { slow.cancel() }
            try await eventually("the request has not begun") {
                try await Web.get("http://127.0.0.1:\(manifest.port)/version").status == 200
            }
            aviary.program.signal(signal)
            try await eventually("the service port is still open") {
                (try? await Web.get("http://127.0.0.1:\(manifest.port)/version")) == nil
            }
            aviary.program.signal(signal)
            // Well below the 20 s that requests and the 5 s that processes have.
            #expect(try await aviary.program.exitCode(within: .seconds(12)) == 0)
            #expect(aviary.children().isEmpty, "leaked: \(aviary.children())")
        }
    }

    @Test("killed again and again at any moment, a rollout still ends, promoted once approved")
    func killedAtRandom() async throws {
        try await HookServer.run { hooks in
            var manifest = CrashTests.manifest(hooks)
            hooks.answer("rollback", .status(403))
            hooks.answer("confirm-promotion", .status(403))
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                let lives = (0..<6).map { _ in Int.random(in: 50...1500) }
                for (life, milliseconds) in lives.enumerated() {
                    try await Task.sleep(for: .milliseconds(milliseconds))
                    try await aviary.killHard()
                    if life == 3 { hooks.answer("confirm-promotion", .status(200)) }
                    let promoted = hooks.calls(of: "confirm-promotion").contains { $0.status == 200 }
                    if !promoted { #expect(!aviary.hasPromoted, "lives of \(lives) ms") }
                    try await aviary.startAgain()
                }
                try await aviary.reach("Succeeded")
                try await eventually("lives of \(lives) ms") {
                    hooks.calls(of: "post-rollout").contains { $0.phase == "Succeeded" }
                }
                #expect(try await aviary.versions(of: manifest) == ["2.0.0"], "lives of \(lives) ms")
                try await eventually {
                    aviary.replicas("canary").isEmpty && aviary.replicas("primary").count == 1
                }
                #expect(try await aviary.terminate() == 0)
                #expect(aviary.children().isEmpty, "leaked: \(aviary.children()), lives of \(lives) ms")
            }
        }
    }

    @Test("requests in flight are answered before the daemon ends")
    func requestsInFlight() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let port = try #require(aviary.children().first { $0.side == "primary" }?.port)
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await Web.get("http://127.0.0.1:\(manifest.port)/delay/5").status
                    }
                }
                try await eventually("not all requests are under way") {
                    try ProcessScan.connections(to: port) >= 8
                }
                #expect(try await aviary.terminate() == 0)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: 200, count: 8))
        }
    }

    @Test("a test task that outlived a killed daemon is ended by the next one")
    func tasksAreSwept() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.hooks = [
            .init(
                name: "long", type: "pre-rollout", url: "http://flagger-loadtester.test/", timeout: "60s",
                metadata: ["type": "bash", "cmd": "sleep 86399"])
        ]
        try await RunningAviary.run(manifest) { aviary in
            let sleepers = { Set(aviary.children().filter { $0.command.contains("sleep 86399") }.map(\.pid)) }
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await eventually("the task was not started") { !sleepers().isEmpty }
            try await aviary.killHard()
            let left = sleepers()
            try await aviary.startAgain()
            try await eventually("the task still runs") { sleepers().isDisjoint(with: left) }
            #expect(try await aviary.terminate() == 0)
            #expect(aviary.children().isEmpty, "leaked: \(aviary.children())")
        }
    }
}

extension RunningAviary {
    /// Whether a process of primary runs the second version.
    fileprivate var hasPromoted: Bool {
        children().contains { $0.side == "primary" && $0.command.contains("2.0.0") }
    }
}
