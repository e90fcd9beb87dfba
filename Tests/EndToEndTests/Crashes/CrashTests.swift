import Glibc
import Testing

/// Kill -9 loses nothing.
struct CrashTests {
    @Test(
        "a daemon killed in any phase goes on where it was and ends as if nothing had happened",
        arguments: CrashMoment.all)
    func killed(moment: CrashMoment) async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403))
            var manifest = Self.manifest(hooks)
            manifest.appArguments = moment.appArguments
            try await RunningAviary.run(manifest) { aviary in
                if !moment.isFirstRevision { try await aviary.reach("Initialized") }
                for (path, answer) in moment.held { hooks.answer(path, answer) }
                manifest.version = "2.0.0"
                if !moment.isFirstRevision { try aviary.save(manifest) }
                try await aviary.pass(moment.phase, weight: moment.weight)
                try await aviary.killHard()
                let survivors = aviary.replicas("primary")
                try #require(!survivors.isEmpty || moment.isFirstRevision)
                for path in moment.held.keys { hooks.answer(path, moment.afterwards[path] ?? .status(200)) }
                try await aviary.startAgain()
                try await expectEnd(moment, aviary, manifest, hooks, survivors)
            }
        }
    }

    private func expectEnd(
        _ moment: CrashMoment, _ aviary: RunningAviary, _ manifest: Manifest, _ hooks: HookServer,
        _ survivors: Set<pid_t>
    ) async throws {
        let end = moment.isFirstRevision ? "Initialized" : moment.end
        try await aviary.reach(end)
        if !moment.isFirstRevision {
            try await eventually("post-rollout was not called") {
                hooks.calls(of: "post-rollout").contains { $0.phase == end }
            }
        }
        let last = try #require(try aviary.statuses().last)
        #expect(last.weight == 0)
        #expect(last.failedChecks == 0)
        let version = moment.isFirstRevision || end == "Succeeded" ? "2.0.0" : "1.0.0"
        #expect(try await aviary.versions(of: manifest) == [moment.isFirstRevision ? "1.0.0" : version])
        try await eventually("the canary still runs") { aviary.replicas("canary").isEmpty }
        try await eventually("primary has too many processes") {
            aviary.replicas("primary").count == manifest.replicas
        }
        if !moment.replacesPrimary, end != "Succeeded" || moment.isFirstRevision {
            #expect(aviary.replicas("primary") == survivors, "primary was not adopted")
        }
        #expect(try await aviary.terminate() == 0)
        #expect(aviary.children().isEmpty, "leaked: \(aviary.children())")
    }

    @Test("primary keeps its processes, and serves, while the daemon is down and after it is back")
    func adopts() async throws {
        try await HookServer.run { hooks in
            hooks.answer("confirm-promotion", CrashMoment.refusal)
            hooks.answer("rollback", .status(403))
            var manifest = Self.manifest(hooks)
            manifest.replicas = 2
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.reach("WaitingPromotion", weight: 50)
                let before = (aviary.replicas("primary"), aviary.replicas("canary"))
                try #require(before.0.count == 2 && before.1.count == 2)
                for _ in 0..<2 {
                    try await aviary.killHard()
                    #expect((aviary.replicas("primary"), aviary.replicas("canary")) == before)
                    try await aviary.startAgain()
                    #expect(try await aviary.versions(of: manifest, requests: 40) == ["1.0.0", "2.0.0"])
                }
                #expect((aviary.replicas("primary"), aviary.replicas("canary")) == before)
                #expect(try aviary.phase() == "WaitingPromotion")
                hooks.answer("confirm-promotion", .status(200))
                try await aviary.reach("Succeeded")
            }
        }
    }

    @Test("a gate that was opened stays open, and the approval is not asked for again")
    func gatesAreDurable() async throws {
        var manifest = Manifest(port: try FreePort.next())
        let gate = "http://flagger-loadtester.test/gate/check"
        manifest.hooks = [
            .init(name: "start", type: "confirm-rollout", url: gate),
            .init(name: "end", type: "confirm-promotion", url: gate + "?gate=end"),
        ]
        try await RunningAviary.run(manifest) { aviary in
            try await aviary.reach("Initialized")
            manifest.version = "2.0.0"
            try aviary.save(manifest)
            try await aviary.reach("Waiting")
            let payload = #"{"name":"podinfo","namespace":"test"}"#
            #expect(try await Web.post(try aviary.url("/gate/open"), payload).status == 202)
            try await aviary.killHard()
            try await aviary.startAgain()
            try await aviary.reach("WaitingPromotion")
            let asked = try aviary.lines().filter { $0.hookType == "confirm-rollout" && $0.passed == true }
                .count
            #expect(asked == 1)
            #expect(try await Web.post(try aviary.url("/gate/open?gate=end"), payload).status == 202)
            try await aviary.killHard()
            try await aviary.startAgain()
            try await aviary.reach("Succeeded")
        }
    }

    static func manifest(_ hooks: HookServer) -> Manifest {
        var manifest = Manifest(port: (try? FreePort.next()) ?? 0)
        manifest.hooks = [
            "confirm-rollout", "rollback", "pre-rollout", "rollout", "confirm-promotion", "post-rollout",
        ]
        .map { hooks.hook($0) }
        return manifest
    }
}
