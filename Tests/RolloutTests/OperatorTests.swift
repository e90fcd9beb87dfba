import Testing

@testable import Rollout

@Suite struct OperatorTests {
    let hooks = Hook.of(.confirmRollout, .rollback, .preRollout, .rollout, .confirmPromotion)

    @Test("skipAnalysis promotes as soon as the canary is ready, without checks")
    func skips() {
        let plan = Plan.stepped(hooks) { $0.skipsAnalysis = true }
        var driver = Driver(plan, .progressing)
        #expect(driver.run(canary: .unready(.two)).deeds.last?.kind == "writeStatus")
        let effects = driver.run()
        #expect(effects.asked == ["rollback"])
        #expect(effects.deeds.last == .promote(.two))
        _ = driver.run(primary: .at(.two))
        #expect(
            driver.run(primary: .at(.two)).announced
                == ["Promotion completed! Canary analysis was skipped for app.test"])
    }

    @Test(
        "skipAnalysis set late still promotes",
        arguments: [
            RolloutStatus.analysing(30), .analysing(60).with { $0.phase = .waitingPromotion },
        ])
    func skipsLate(_ start: RolloutStatus) {
        var driver = Driver(.stepped(hooks) { $0.skipsAnalysis = true }, start)
        #expect(driver.run().deeds.last == .promote(.two))
    }

    @Test("suspend touches nothing, in any phase", arguments: Phase.allCases)
    func suspends(_ phase: Phase) {
        var driver = Driver(
            .stepped(hooks) { $0.isSuspended = true }, .analysing(30).with { $0.phase = phase })
        #expect(driver.tick(target: .three, canary: .absent, routes: .weight(5)).isEmpty)
    }

    @Test("a pause holds the weight, is told once, and ends without a trace")
    func pauses() {
        var driver = Driver(.stepped(hooks) { $0.isPaused = true }, .analysing(30))
        #expect(driver.run().announced.last == "Halt app.test advancement paused, resume it to go on")
        let again = driver.run()
        #expect(again.asked == ["rollback"] && again.routed.isEmpty)
        #expect(again.announced.count == 1)
        driver.plan.isPaused = false
        #expect(driver.run().routed == [.weight(60)])
        #expect(driver.durable.wait == nil)
    }

    @Test("a rollback hook ends a paused rollout")
    func pausedRollback() {
        var driver = Driver(.stepped(hooks) { $0.isPaused = true }, .analysing(30))
        #expect(driver.run(refused: []).routed == [.primary])
    }

    @Test("abort fails a running rollout at once, before any hook", arguments: RollbackHookTests.starts)
    func aborts(_ start: RolloutStatus) {
        var driver = Driver(.stepped(hooks) { $0.abortReason = "bad build" }, start)
        let effects = driver.run()
        #expect(effects.asked.isEmpty)
        #expect(effects.announced.first == "Rolling back app.test aborted: bad build")
        #expect(driver.durable.phase == .failed)
    }

    @Test("abort ends a promotion that has not touched primary, and none that has")
    func abortsPromotion() {
        let plan = Plan.stepped { $0.abortReason = "bad build" }
        var driver = Driver(plan, .promoting(60))
        #expect(driver.run().routed == [.primary])
        #expect(driver.durable.phase == .failed)
        driver = Driver(plan, .promoting(60))
        #expect(driver.run(primary: .unready(.two)).routed.isEmpty)
        #expect(driver.durable.phase == .promoting)
    }
}
