import Testing

/// Who gets the canary: by header, by cookie, or nobody but a mirror.
struct RoutingTests {
    /// Runs a rollout that is held where a confirm hook refuses.
    private func held(
        by hook: String, analysis: [String], _ body: (RunningAviary, Manifest) async throws -> Void
    ) async throws {
        try await HookServer.run { hooks in
            hooks.answer(hook, .status(403))
            var manifest = Manifest(port: try FreePort.next())
            manifest.analysis = analysis
            manifest.hooks = [hooks.hook(hook)]
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try aviary.save(manifest)
                try await aviary.hear("Halt podinfo.test advancement waiting for")
                try await body(aviary, manifest)
                hooks.answer(hook, .status(200))
                try await aviary.reach("Succeeded")
                #expect(try await aviary.versions(of: manifest) == ["2.0.0"])
            }
        }
    }

    @Test("in an A/B test those whose header matches get the canary, and nobody else")
    func header() async throws {
        try await held(
            by: "confirm-promotion",
            analysis: ["threshold: 2", "iterations: 2", "match: [{headers: {x-user: {exact: insider}}}]"]
        ) { aviary, manifest in
            let insider = try await aviary.versions(of: manifest, headers: ["X-User": "insider"])
            let outsider = try await aviary.versions(of: manifest, headers: ["X-User": "outsider"])
            let anybody = try await aviary.versions(of: manifest)
            #expect((insider, outsider, anybody) == (["2.0.0"], ["1.0.0"], ["1.0.0"]))
        }
    }

    @Test("with session affinity a client that met the canary stays with it")
    func cookie() async throws {
        try await held(
            by: "confirm-promotion",
            analysis: [
                "threshold: 2", "stepWeight: 40", "maxWeight: 40",
                "sessionAffinity: {cookieName: which-side, maxAge: 60}",
            ]
        ) { aviary, manifest in
            var cookie: String?
            for _ in 0..<200 where cookie == nil {
                let answer = try await Web.get("http://127.0.0.1:\(manifest.port)/version")
                if answer.version == "2.0.0" { cookie = answer.headers["set-cookie"] }
            }
            let given = try #require(cookie)
            #expect(given.contains("which-side=") && given.contains("Max-Age=60"))
            let sent = String(given.prefix { $0 != ";" })
            #expect(
                try await aviary.versions(of: manifest, requests: 40, headers: ["Cookie": sent]) == ["2.0.0"])
        }
    }

    @Test("a mirrored canary gets the requests while every answer comes from primary")
    func mirror() async throws {
        try await held(
            by: "confirm-traffic-increase",
            analysis: ["threshold: 2", "mirror: true", "stepWeight: 50", "maxWeight: 50"]
        ) { aviary, manifest in
            #expect(try await aviary.versions(of: manifest, requests: 50) == ["1.0.0"])
            try await eventually("nothing was mirrored") {
                let metrics = try await Web.get(try aviary.url("/metrics")).body
                let line = metrics.split(separator: "\n").first {
                    $0.hasPrefix("aviary_requests_recent{") && $0.contains(#"side="canary""#)
                }
                return (line?.split(separator: " ").last.flatMap { Double($0) } ?? 0) > 0
            }
        }
    }
}
