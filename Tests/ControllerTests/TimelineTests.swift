import JSON
import Testing

/// The order of hooks and the words of events, as measured on the peer second by second.
@Suite("A measured timeline, in a cluster")
struct ClusterTimelineTests {
    @Test("a refused confirm-rollout holds, is told once, and the rollout goes on as measured")
    func confirmRolloutRefused() async throws {
        let asked = "HOOK confirm-rollout phase=Waiting -> 204 ''"
        try await check("c10-204") { namespace in
            let halt = "Halt c10-204.\(namespace) advancement waiting for approval h-confirm-rollout"
            return [
                .initialisation("c10-204", namespace),
                Difference(
                    5, "the status is Waiting when it is told",
                    peer: ["EVENT Warning [Initialized] \(halt)"], ours: ["EVENT Warning [Waiting] \(halt)"]),
                Difference(
                    1, "rollback hooks are asked while Waiting as well, before the others",
                    peer: [asked],
                    ours: Line.rollbackAsked("Waiting") + [asked] + Line.rollbackAsked("Waiting")),
                .confirmedOnce,
            ]
        } statuses: {
            [.iterationsCountedOnce(failedChecks: 0)]
        } answers: { hooks in
            // 204 is no approval: only 200 to 202 are.
            hooks.answerOnce("confirm-rollout", [.status(204), .status(204), .status(202)])
        }
    }

    @Test("a rollout hook that fails up to the threshold rolls back as measured")
    func rolloutHookFails() async throws {
        let passed = "Post-rollout check h-post-rollout passed"
        try await check("c4-rollout") { namespace in
            let name = "c4-rollout.\(namespace)"
            let halted =
                "EVENT Warning [Progressing] Halt \(name) advancement external check h-rollout failed load test failed"
            let ended = "EVENT Warning [Progressing] Rolling back \(name) failed checks threshold reached 2"
            return [
                .initialisation("c4-rollout", namespace),
                Difference(
                    13, "the tick that reaches the threshold rolls back",
                    peer: [halted] + Line.rollbackAsked("Progressing") + [ended], ours: [halted, ended]),
                Difference(
                    5, "the status is Failed when post-rollout is called",
                    peer: ["EVENT Normal [Progressing] \(passed)"], ours: ["EVENT Normal [Failed] \(passed)"]),
            ]
        } statuses: {
            []
        } answers: { hooks in
            hooks.answerOnce("rollout", [.status(200, body: "OK")])
            hooks.answer("rollout", .status(400, body: "load test failed"))
        }
    }

    @Test("a pre-rollout hook that is late, then busy, then refuses is one failed check, as measured")
    func preRolloutRetried() async throws {
        try await check("c9-slow", retries: 2, timeout: "5s") { namespace in
            let halt =
                "EVENT Warning [Progressing] Halt c9-slow.\(namespace) advancement pre-rollout check h-pre-rollout failed"
            return [
                .initialisation("c9-slow", namespace),
                Difference(
                    6, "the last answer is told",
                    peer: ["\(halt) POST http://127.0.0.1:18080/pre-rollout giving up after 3 attempt(s)"],
                    ours: ["\(halt) slow down"]),
                .confirmedOnce,
            ]
        } statuses: {
            [.iterationsCountedOnce(failedChecks: 1)]
        } answers: { hooks in
            hooks.answerOnce(
                "pre-rollout",
                [
                    .status(200, body: "late", delay: .seconds(15)), .status(503, body: "busy"),
                    .status(429, body: "slow down"),
                ])
        }
    }

    @Test("a weighted rollout through Gateway API whose hooks all pass is promoted as measured")
    func weighted() async throws {
        try await check("g1-ok", isWeighted: true) { namespace in
            [
                .initialisation("g1-ok", namespace),
                .increaseAtMaximum("EVENT Normal [Progressing] Advance g1-ok.\(namespace) canary weight 60"),
            ]
        } statuses: {
            []
        } answers: { _ in
        }
    }

    @Test("a refused confirm-promotion waits at the maximum weight and is asked every tick, as measured")
    func confirmPromotionRefused() async throws {
        try await check("g3-prom", isWeighted: true) { namespace in
            let halt =
                "Halt g3-prom.\(namespace) advancement waiting for promotion approval h-confirm-promotion"
            return [
                .initialisation("g3-prom", namespace),
                .increaseAtMaximum(
                    "EVENT Normal [Progressing] Advance g3-prom.\(namespace) canary weight 60"),
                Difference(
                    5, "the status is WaitingPromotion when it is told",
                    peer: ["EVENT Warning [Progressing] \(halt)"],
                    ours: ["EVENT Warning [WaitingPromotion] \(halt)"]),
            ]
        } statuses: {
            [
                Difference(
                    2, "the weight shown is the one routed, and iterations are not counted",
                    peer: [
                        "WaitingPromotion iter=-1 failed=0 weight=0", "Promoting iter=-1 failed=0 weight=0",
                    ],
                    ours: [
                        "WaitingPromotion iter=0 failed=0 weight=60", "Promoting iter=0 failed=0 weight=60",
                    ])
            ]
        } answers: { hooks in
            let refusal = HookServer.Answer.status(403, body: "Forbidden")
            hooks.answerOnce("confirm-promotion", [refusal, refusal])
        }
    }

    /// Runs a measured rollout again with the same answers, and compares everything that is visible from outside.
    private func check(
        _ name: String, retries: Int = 0, timeout: String = "30s", isWeighted: Bool = false,
        steps: (String) -> [Difference], statuses: () -> [Difference],
        answers: (HookServer) -> Void
    ) async throws {
        try await HookServer.run { hooks in
            hooks.answer("rollback", .status(403, body: "Forbidden"))
            answers(hooks)
            try await RunningController.run { controller in
                let namespace = controller.namespace
                var app = controller.app()
                app.name = name
                app.analysis = ["interval": "1s", "threshold": 2, "iterations": 5]
                if isWeighted {
                    try await ProviderDefinitions.shared.install()
                    app.analysis = ["interval": "1s", "threshold": 2, "stepWeight": 30, "maxWeight": 60]
                    app.spec = ["provider": "gatewayapi:v1"]
                    app.service = [
                        "port": 9898, "gatewayRefs": [["name": "public", "namespace": "gateways"]],
                    ]
                }
                app.addHooks(of: hooks, retries: retries, timeout: timeout)
                try await controller.initialise(app)
                try await controller.deploy("podinfo:2.0.0", to: name)
                let measured = try Timeline.measured(name)
                let place = isWeighted ? ".g" : ".s"
                let lines = measured.steps.map { $0.replacing("\(place) ", with: ".\(namespace) ") }
                    .map { $0.hasSuffix(place) ? $0.dropLast() + namespace : $0 }
                let expected = try Difference.apply(steps(namespace), to: lines)
                try await eventually(
                    within: .seconds(180), "\(name) has not ended: \(controller.program.errors.suffix(2000))"
                ) { Timeline.told(by: controller, about: name, to: hooks).steps.last == expected.last }
                let told = Timeline.told(by: controller, about: name, to: hooks)
                expectSame(told.steps, expected)
                expectSame(told.statuses, try Difference.apply(statuses(), to: measured.statuses))
                try await expectEventsDelivered(controller, name, hooks)
                let checksums = Set(hooks.calls().filter { $0.path != "event" }.map(\.checksum))
                #expect(checksums.count == 1 && checksums != [""], "\(checksums)")
            }
        }
    }

    private func expectSame(_ ours: [String], _ expected: [String]) {
        let difference = expected.difference(from: ours).map { change in
            switch change {
            case .insert(let offset, let line, _): "missing \(offset): \(line)"
            case .remove(let offset, let line, _): "too much \(offset): \(line)"
            }
        }
        #expect(difference.isEmpty, "\(difference.joined(separator: "\n"))")
    }

    /// The event hook gets every event, in order, with the phase that the status held.
    private func expectEventsDelivered(
        _ controller: RunningController, _ name: String, _ hooks: HookServer
    ) async throws {
        let told = controller.log(about: name).filter { $0["reason"] != nil && $0["phase"] != nil }
            .map { "[\($0["phase"] ?? "")] \($0["msg"] ?? "")" }
        try await eventually(within: .seconds(60), "events are missing") {
            hooks.calls(of: "event").count >= told.count
        }
        expectSame(
            hooks.calls(of: "event").map { "[\($0.phase)] \($0.metadata["eventMessage"] ?? "")" }, told)
    }
}

extension Difference {
    /// Every blue/green promotion has it; Kubernetes' own services shift nothing.
    fileprivate static let confirmedOnce = Difference(
        4, "one promotion is confirmed once, and in the tick that asks it starts",
        peer: Line.promotionConfirmed + Line.rollbackAsked("Progressing") + [Line.rollout]
            + Line.promotionConfirmed,
        ours: Line.promotionConfirmed)

    fileprivate static func iterationsCountedOnce(failedChecks: Int) -> Difference {
        let rest = "failed=\(failedChecks) weight=0"
        return Difference(
            4, "there is no sixth of five iterations",
            peer: ["Progressing iter=6 \(rest)", "Promoting iter=6 \(rest)"],
            ours: ["Promoting iter=5 \(rest)"])
    }
}
