import Testing

/// A measured rollout, run again here with the same answers of the same hooks.
struct TimelineScenario {
    static let types = [
        "confirm-rollout", "rollback", "pre-rollout", "rollout", "confirm-traffic-increase",
        "confirm-promotion",
        "post-rollout", "event",
    ]

    var name: String
    var namespace: String
    var analysis: [String]
    var steps: [Difference]
    var statuses: [Difference] = []
    /// Retries and the time-out of one try of the pre-rollout hook.
    var preRollout: (retries: Int, timeout: String) = (0, "30s")

    static let blueGreen = ["iterations: 5", "threshold: 2"]
    static let stepped = ["stepWeight: 30", "maxWeight: 60", "threshold: 2"]

    /// Runs it and compares everything that is visible from outside.
    func check(_ answers: (HookServer) -> Void = { _ in }) async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403, body: "Forbidden"))
            answers(hooks)
            var manifest = manifest(hooks, port: try FreePort.next())
            try await RunningAviary.run(manifest) { aviary in
                try await aviary.reach("Initialized")
                manifest.version = "2.0.0"
                try manifest.write(into: aviary.folder)
                let measured = try Timeline.measured(name)
                let expected = try Difference.apply(steps, to: measured.steps)
                try await eventually(within: .seconds(120), "\(name) has not ended") {
                    try Timeline.told(by: aviary, to: hooks).steps.last == expected.last
                }
                let told = try Timeline.told(by: aviary, to: hooks)
                expectSame(told.steps, expected)
                expectSame(told.statuses, try Difference.apply(statuses, to: measured.statuses))
                try await expectEventsDelivered(aviary, hooks)
                expectOneChecksum(hooks)
            }
        }
    }

    private func manifest(_ hooks: HookServer, port: Int) -> Manifest {
        var manifest = Manifest(port: port)
        manifest.name = name
        manifest.namespace = namespace
        manifest.analysis = analysis
        manifest.hooks = Self.types.map { type in
            var hook = hooks.hook(type)
            if type == "pre-rollout" { (hook.retries, hook.timeout) = preRollout }
            return hook
        }
        return manifest
    }

    private func expectSame(_ ours: [String], _ expected: [String]) {
        let difference = expected.difference(from: ours).map { change in
            switch change {
            case .insert(let offset, let line, _): "missing \(offset): \(line)"
            case .remove(let offset, let line, _): "too much \(offset): \(line)"
            }
        }
        #expect(difference.isEmpty, "\(name):\n\(difference.joined(separator: "\n"))")
    }

    /// The event hook gets every event, in order, with the phase that the status held.
    private func expectEventsDelivered(_ aviary: RunningAviary, _ hooks: HookServer) async throws {
        let told = try aviary.events().map { "\($0.severity ?? "") [\($0.phase ?? "")] \($0.message ?? "")" }
        try await eventually(within: .seconds(60), "events are missing") {
            hooks.calls(of: "event").count >= told.count
        }
        let sent = hooks.calls(of: "event").map { call in
            "\(call.metadata["eventType"] ?? "") [\(call.phase)] \(call.metadata["eventMessage"] ?? "")"
        }
        expectSame(sent, told)
        #expect(
            hooks.calls(of: "event").allSatisfy {
                Int64($0.metadata["timestamp"] ?? "") ?? 0 > 1_500_000_000_000
            })
    }

    /// A gate can tell what it approves: its checksum is that of the revision to be rolled out (difference 8).
    private func expectOneChecksum(_ hooks: HookServer) {
        let checksums = Set(hooks.calls().filter { $0.path != "event" }.map(\.checksum))
        #expect(checksums.count == 1 && checksums != [""], "\(name): \(checksums)")
    }
}
