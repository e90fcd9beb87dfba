import Testing

/// The order of hooks and the words of events, as measured on the peer second by second.
struct TimelineTests {
    @Test("a refused confirm-rollout holds, is told once, and the rollout goes on as measured")
    func confirmRolloutRefused() async throws {
        let copied = "EVENT Normal [Progressing] Copying c10-204.s template spec to c10-204-primary.s"
        let halt = "Halt c10-204.s advancement waiting for approval h-confirm-rollout"
        let asked = "HOOK confirm-rollout phase=Waiting -> 204 ''"
        try await TimelineScenario(
            name: "c10-204", namespace: "s", analysis: TimelineScenario.blueGreen,
            steps: [
                .initialisation("c10-204", "s"),
                Difference(
                    5, "the status is Waiting when it is told",
                    peer: ["EVENT Warning [Initialized] \(halt)"], ours: ["EVENT Warning [Waiting] \(halt)"]),
                Difference(
                    1, "rollback hooks are asked while Waiting as well, before the others",
                    peer: [asked],
                    ours: Line.rollbackAsked("Waiting") + [asked] + Line.rollbackAsked("Waiting")),
                .blueGreenPromotion, .blueGreenReturn(copied),
            ],
            statuses: [.blueGreenStatuses(failedChecks: 0)]
        ).check { hooks in
            // 204 is no approval: only 200 to 202 are.
            hooks.answerOnce("confirm-rollout", [.status(204), .status(204), .status(202)])
        }
    }

    @Test("a rollout hook that fails up to the threshold rolls back as measured")
    func rolloutHookFails() async throws {
        let halted =
            "EVENT Warning [Progressing] Halt c4-rollout.s advancement external check h-rollout failed load test failed"
        let passed = "Post-rollout check h-post-rollout passed"
        try await TimelineScenario(
            name: "c4-rollout", namespace: "s", analysis: TimelineScenario.blueGreen,
            steps: [
                .initialisation("c4-rollout", "s"),
                Difference(
                    13, "the tick that reaches the threshold rolls back",
                    peer: [halted] + Line.rollbackAsked("Progressing")
                        + [
                            "EVENT Warning [Progressing] Rolling back c4-rollout.s failed checks threshold reached 2"
                        ],
                    ours: [
                        halted,
                        "EVENT Warning [Progressing] Rolling back c4-rollout.s failed checks threshold reached 2",
                    ]),
                Difference(
                    5, "the status is Failed when post-rollout is called",
                    peer: ["EVENT Normal [Progressing] \(passed)"], ours: ["EVENT Normal [Failed] \(passed)"]),
            ]
        ).check { hooks in
            hooks.answerOnce("rollout", [.status(200, body: "OK")])
            hooks.answer("rollout", .status(400, body: "load test failed"))
        }
    }

    @Test("a pre-rollout hook that is late, then busy, then refuses is one failed check, as measured")
    func preRolloutRetried() async throws {
        let halt =
            "EVENT Warning [Progressing] Halt c9-slow.s advancement pre-rollout check h-pre-rollout failed"
        let copied = "EVENT Normal [Progressing] Copying c9-slow.s template spec to c9-slow-primary.s"
        try await TimelineScenario(
            name: "c9-slow", namespace: "s", analysis: TimelineScenario.blueGreen,
            steps: [
                .initialisation("c9-slow", "s"),
                Difference(
                    6, "the last answer is told",
                    peer: ["\(halt) POST http://127.0.0.1:18080/pre-rollout giving up after 3 attempt(s)"],
                    ours: ["\(halt) slow down"]),
                .blueGreenPromotion, .blueGreenReturn(copied),
            ],
            statuses: [.blueGreenStatuses(failedChecks: 1)], preRollout: (retries: 2, timeout: "5s")
        ).check { hooks in
            hooks.answerOnce(
                "pre-rollout",
                [
                    .status(200, body: "late", delay: .seconds(15)), .status(503, body: "busy"),
                    .status(429, body: "slow down"),
                ])
        }
    }

    @Test("a weighted rollout whose hooks all pass is promoted as measured")
    func weighted() async throws {
        try await TimelineScenario(
            name: "g1-ok", namespace: "g", analysis: TimelineScenario.stepped,
            steps: [
                .initialisation("g1-ok", "g"),
                .increaseAtMaximum("EVENT Normal [Progressing] Advance g1-ok.g canary weight 60"),
            ]
        ).check()
    }

    @Test("a refused confirm-promotion waits at the maximum weight and is asked every tick, as measured")
    func confirmPromotionRefused() async throws {
        let halt = "Halt g3-prom.g advancement waiting for promotion approval h-confirm-promotion"
        try await TimelineScenario(
            name: "g3-prom", namespace: "g", analysis: TimelineScenario.stepped,
            steps: [
                .initialisation("g3-prom", "g"),
                .increaseAtMaximum("EVENT Normal [Progressing] Advance g3-prom.g canary weight 60"),
                Difference(
                    5, "the status is WaitingPromotion when it is told",
                    peer: ["EVENT Warning [Progressing] \(halt)"],
                    ours: ["EVENT Warning [WaitingPromotion] \(halt)"]),
            ],
            statuses: [
                Difference(
                    2, "the weight shown is the one routed, and iterations are not counted",
                    peer: [
                        "WaitingPromotion iter=-1 failed=0 weight=0", "Promoting iter=-1 failed=0 weight=0",
                    ],
                    ours: [
                        "WaitingPromotion iter=0 failed=0 weight=60", "Promoting iter=0 failed=0 weight=60",
                    ])
            ]
        ).check { hooks in
            let refusal = HookServer.Answer.status(403, body: "Forbidden")
            hooks.answerOnce("confirm-promotion", [refusal, refusal])
        }
    }
}
