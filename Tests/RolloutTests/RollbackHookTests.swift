import Testing

@testable import Rollout

@Suite struct RollbackHookTests {
    let plan = Plan.stepped(
        Hook.of(.confirmRollout, .rollback, .preRollout, .rollout, .confirmPromotion, .postRollout))

    static let starts: [RolloutStatus] = [
        .progressing.with { $0.phase = .waiting }, .progressing, .analysing(30),
        .analysing(60).with { $0.phase = .waitingPromotion },
    ]

    @Test("rolls back when it passes, whatever the rollout waits for", arguments: starts)
    func rollsBack(_ start: RolloutStatus) {
        var driver = Driver(plan, start)
        #expect(driver.tick().last == ask(plan, .rollback, phase: start.phase ?? .failed, start))
        let failed = RolloutStatus.initialized.moved(to: .failed, at: 1000) {
            $0.lastApplied = .two
            $0.owed = .failed
        }
        #expect(
            driver.answer(.passed) == [
                .announce(.warning(.hookPassed, "Rollback check h-rollback passed")),
                .route(.primary),
                .announce(.warning(.rollingBack, "Rolling back app.test manual webhook invoked")),
                .alert(Alert(.warn, "Rolling back manual webhook invoked")),
                .writeStatus(failed),
                .announce(.warning(.rolledBack, "Canary failed! Scaling down app.test")),
                .scaleDown,
                ask(plan, .postRollout, phase: .failed, failed),
            ])
    }

    @Test("rolls back while the canary is not ready yet")
    func unready() {
        var driver = Driver(plan, .progressing)
        #expect(driver.tick(canary: .unready(.two, endpoints: 0)).asked == ["rollback"])
        #expect(driver.answer(.passed).routed == [.primary])
        #expect(driver.durable.phase == .failed)
    }

    @Test("comes before every other hook and goes on when it refuses")
    func comesFirst() {
        var driver = Driver(plan, .analysing(60))
        #expect(driver.run().asked == ["rollback", "rollout", "confirm-promotion"])
        driver = Driver(plan, .progressing)
        #expect(driver.run().announced.first == "Rollback hook h-rollback not signaling a rollback")
    }

    @Test("is asked once a tick in each phase that asks it, and in no other", arguments: Phase.allCases)
    func phases(_ phase: Phase) {
        var driver = Driver(plan, .analysing(0).with { $0.phase = phase })
        let asked = driver.run(canary: .unready(.two)).asked.filter { $0 == "rollback" }.count
        #expect(asked == ([.waiting, .progressing, .waitingPromotion].contains(phase) ? 1 : 0))
    }
}
