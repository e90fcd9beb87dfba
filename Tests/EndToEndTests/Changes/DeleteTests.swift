import Foundation
import GRDB
import Testing

/// `aviary delete`: the end of a canary.
struct DeleteTests {
    /// Rows that a table holds of the canary.
    private func rows(_ table: String, _ aviary: RunningAviary) throws -> Int {
        let database = try DatabaseQueue(path: "\(aviary.folder)/data/aviary.sqlite")
        return try database.read { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE name = 'podinfo'") ?? -1
        }
    }

    private func expectGone(_ aviary: RunningAviary, _ manifest: Manifest) async throws {
        #expect(aviary.children().isEmpty, "left: \(aviary.children())")
        await #expect(throws: (any Error).self) { try await aviary.versions(of: manifest) }
        for table in ["status", "side", "revision", "outbox", "gate_approval"] {
            #expect(try rows(table, aviary) == 0, "\(table)")
        }
    }

    @Test(
        "deleting a canary in the middle of a rollout ends its processes and clears away what was kept of it")
    func deletes() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            manifest.hooks = [
                hooks.hook("event"),
                .init(
                    name: "end", type: "confirm-promotion", url: "http://flagger-loadtester.test/gate/check"),
            ]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("WaitingPromotion")
                // An approval of another gate, which must not be there for the next canary of this name.
                _ = try await Web.post(
                    try aviary.url("/gate/open?gate=qa"), #"{"name":"podinfo","namespace":"test"}"#)
                let deleted = try await aviary.command(["delete", "canary", "podinfo", "-n", "test"])
                #expect(
                    deleted.exitCode == 0 && deleted.output == "Canary/podinfo.test deleted\n", "\(deleted)")
                try await expectGone(aviary, manifest)
                #expect(
                    hooks.calls(of: "event").last?.metadata["eventMessage"]
                        == "Terminated canary podinfo.test")
                #expect(try rows("history", aviary) > 5)
                #expect(try await aviary.command(["get", "canaries"]).output.contains("podinfo") == false)

                let again = try await aviary.command(["delete", "canary", "podinfo", "-n", "test"])
                #expect(again.exitCode == 1 && again.errors.contains("no canary podinfo.test"), "\(again)")
                let ignored = try await aviary.command(
                    ["delete", "canary", "podinfo", "-n", "test", "--ignore-not-found"])
                #expect(ignored.exitCode == 0)
            }
        }
    }

    @Test("a deleted canary stays away, across a restart as well, until its file says something else")
    func staysAway() async throws {
        var manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            let file = "\(aviary.folder)/\(Manifest.fileName)"
            #expect(try await aviary.command(["delete", "-f", file]).exitCode == 0)
            try await expectGone(aviary, manifest)
            try await aviary.killHard()
            try await aviary.startAgain()
            #expect(aviary.children().isEmpty)
            try await eventually("it is not told why there is no canary") {
                aviary.program.errors.contains(
                    "canary podinfo.test was deleted and stays away until its file")
            }
            let told = try aviary.lines().count
            manifest.version = "3.0.0"
            try aviary.save(manifest)
            try await eventually("it does not come back") {
                try aviary.lines().dropFirst(told).contains {
                    $0.message == "Initialization done! podinfo.test"
                }
            }
            #expect(try await aviary.versions(of: manifest) == ["3.0.0"])
        }
    }

    @Test("a daemon that is killed while it deletes a canary ends with it at its next start")
    func killed() async throws {
        try await HookServer.run { hooks in
            var manifest = Manifest(port: try FreePort.next())
            var hook = hooks.hook("event")
            hook.timeout = "60s"
            manifest.hooks = [hook]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                // The farewell waits for the receiver, so that there is time for a kill.
                hooks.answer("event", .hang)
                let url = try aviary.url("/api/namespaces/test/canaries/podinfo")
                let deletion = Task { try? await Web.delete(url) }
                try await aviary.hear("Terminated canary podinfo.test")
                try await aviary.killHard()
                _ = await deletion.value
                #expect(aviary.replicas("primary").count == 1)
                try await aviary.startAgain()
                try await eventually("left: \(aviary.children())") { aviary.children().isEmpty }
                try await expectGone(aviary, manifest)
            }
        }
    }

    @Test("what can't be deleted is refused with what to do instead")
    func refuses() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            for (arguments, reason) in [
                (["delete"], "say what to delete"), (["delete", "process", "podinfo"], "only canaries"),
                (["delete", "canary"], "name the canary"),
                (["delete", "canary", "podinfo"], "no canary podinfo.default"),
                (["delete", "-f", "/nowhere.yaml"], "/nowhere.yaml"),
            ] {
                let result = try await aviary.command(arguments)
                #expect(result.exitCode != 0 && result.errors.contains(reason), "\(arguments): \(result)")
            }
            #expect(try await aviary.versions(of: manifest) == ["1.0.0"])
        }
    }
}
