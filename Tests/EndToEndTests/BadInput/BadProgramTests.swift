import Testing

/// A program that does not run never gets traffic, and the reason is told.
struct BadProgramTests {
    @Test("a first revision whose program is missing says so, and starts once it is mended")
    func missingAtFirst() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.command = ["/nonexistent/app", "$(PORT)"]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.hear("exec failed: command \"/nonexistent/app\" not found")
            #expect(try aviary.phase() == "Initializing")
            manifest.command = nil
            try aviary.save(manifest)
            try await aviary.reach("Initialized")
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
        }
    }

    @Test("a new revision whose program is missing is rolled back at the progress deadline, with the reason")
    func missingLater() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.canarySettings = ["progressDeadlineSeconds: 10"]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.command = ["/nonexistent/app", "$(PORT)"]
            try aviary.save(manifest)
            try await aviary.reach("Failed")
            let rolledBack = try aviary.messages().first {
                $0.hasPrefix("Rolling back podinfo.test progress deadline exceeded")
            }
            #expect(rolledBack?.contains("exec failed: command \"/nonexistent/app\" not found") == true)
            #expect(try aviary.statuses().allSatisfy { $0.weight == 0 })
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
        }
    }

    @Test("a new revision that ends at once is rolled back with its last words")
    func crashesAtOnce() async throws {
        var manifest = Manifest(port: try FreePort.next())
        manifest.canarySettings = ["progressDeadlineSeconds: 10"]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.command = ["sh", "-c", "echo no database >&2; exit 7"]
            try aviary.save(manifest)
            try await aviary.reach("Failed")
            try await aviary.hear("no database")
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
            try await eventually { aviary.replicas("canary").isEmpty }
        }
    }

    @Test("a file saved with an error changes nothing, and the next good one is taken")
    func brokenSave() async throws {
        var manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.analysis = ["threshold: soon", "stepWeight: 50"]
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await eventually("the error was not told") { aviary.program.errors.contains("threshold") }
            #expect(try aviary.phase() == "Initialized")
            manifest.analysis = ["threshold: 1", "stepWeight: 50"]
            try aviary.save(manifest)
            try await aviary.reach("Succeeded")
        }
    }
}
