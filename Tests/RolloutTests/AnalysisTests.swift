import Testing

@testable import Rollout

@Suite struct AnalysisTests {
    let plan = Plan.stepped(
        Hook.of(.rollback, .preRollout, .rollout, .confirmTrafficIncrease, .confirmPromotion)
    ) { $0.hasMetrics = true }
    let preRollout = "pre-rollout/1/h-pre-rollout"

    @Test("asks pre-rollout when the canary is ready and has had no traffic, then takes the first step")
    func firstStep() {
        var driver = Driver(plan, .progressing)
        #expect(driver.run().asked == ["rollback", "pre-rollout", "confirm-traffic-increase"])
        #expect(driver.durable == .analysing(30).with { $0.passedHooks = [preRollout] })
    }

    @Test(
        "counts a failed check when pre-rollout refuses, and rolls back in the tick that reaches the threshold"
    )
    func preRolloutFails() {
        var driver = Driver(plan, .progressing)
        let first = driver.run(refused: [.rollback, .preRollout])
        #expect(first.announced.last == "Halt app.test advancement pre-rollout check h-pre-rollout failed no")
        #expect(first.routed.isEmpty)
        #expect(driver.durable == .progressing.with { $0.failedChecks = 1 })
        let second = driver.run(refused: [.rollback, .preRollout])
        #expect(
            second.announced.suffix(3) == [
                "Halt app.test advancement pre-rollout check h-pre-rollout failed no",
                "Rolling back app.test failed checks threshold reached 2",
                "Canary failed! Scaling down app.test",
            ])
        #expect(driver.durable.phase == .failed)
    }

    @Test("a pre-rollout hook that passed is not asked again because the next one failed")
    func preRolloutRemembered() {
        var two = plan
        two.hooks = Hook.of(.preRollout, .preRollout)
        two.hooks[1].name = "second"
        var driver = Driver(two, .progressing)
        _ = driver.tick()
        _ = driver.answer(.passed)
        _ = driver.answer(.refused("no"))
        #expect(driver.durable.passedHooks == ["pre-rollout/0/h-pre-rollout"])
        #expect(driver.run().asked == ["pre-rollout"])
        #expect(driver.durable.routes == .weight(30))
    }

    @Test("holds at weight 0 behind the traffic gate without asking pre-rollout again; rollout hooks go on")
    func holdsAtZero() {
        var driver = Driver(plan, .progressing)
        let first = driver.run(refused: [.rollback, .confirmTrafficIncrease])
        #expect(
            first.announced.last
                == "Halt app.test advancement waiting for traffic increase approval h-confirm-traffic-increase"
        )
        let held = driver.durable
        #expect(held.phase == .progressing && held.failedChecks == 0 && held.routes == .primary)
        let second = driver.run(refused: [.rollback, .confirmTrafficIncrease])
        #expect(second.asked == ["rollback", "rollout", "confirm-traffic-increase"])
        #expect(second.announced == ["Rollback hook h-rollback not signaling a rollback"])
        #expect(!second.contains(.checkMetrics), "nothing is routed yet, so there is nothing to measure")
        #expect(driver.durable == held)
    }

    @Test("asks rollout hooks, then metrics, then the traffic gate, right before the increase")
    func order() {
        var driver = Driver(plan, .analysing(30))
        let effects = driver.run()
        #expect(
            effects.deeds.map(\.kind) == ["ask", "ask", "checkMetrics", "ask", "route", "writeStatus"])
        #expect(effects.asked == ["rollback", "rollout", "confirm-traffic-increase"])
        #expect(
            effects.suffix(3) == [
                .route(.weight(60)), .writeStatus(.analysing(60)),
                .announce(.normal(.advanced, "Advance app.test canary weight 60")),
            ])
    }

    @Test("skips metrics when a rollout hook fails, and counts one failed check")
    func rolloutFails() {
        var driver = Driver(plan, .analysing(30))
        let effects = driver.run(refused: [.rollback, .rollout])
        #expect(!effects.contains(.checkMetrics))
        #expect(effects.announced.last == "Halt app.test advancement external check h-rollout failed no")
        #expect(driver.durable == .analysing(30).with { $0.failedChecks = 1 })
    }

    @Test("counts a failed check when a metric is out of range, and keeps the weight")
    func metricFails() {
        var driver = Driver(plan, .analysing(30))
        #expect(driver.run(metrics: "too slow").announced.last == "too slow")
        #expect(driver.durable == .analysing(30).with { $0.failedChecks = 1 })
    }

    @Test("the rollout hook's failure at the threshold rolls back in the same tick, traffic first")
    func threshold() {
        var driver = Driver(plan, .analysing(30).with { $0.failedChecks = 1 })
        let deeds = driver.run(refused: [.rollback, .rollout]).deeds.map(\.kind)
        #expect(deeds == ["ask", "ask", "route", "writeStatus", "writeStatus", "scaleDown", "writeStatus"])
        #expect(driver.durable.owed == nil)
    }

    @Test("holds at its weight, without a failed check, while the traffic gate refuses; told once")
    func trafficGate() {
        var driver = Driver(plan, .analysing(30))
        #expect(driver.run(refused: [.rollback, .confirmTrafficIncrease]).routed.isEmpty)
        let again = driver.run(refused: [.rollback, .confirmTrafficIncrease])
        #expect(again.asked == ["rollback", "rollout", "confirm-traffic-increase"])
        #expect(again.announced.count == 1)
        #expect(driver.durable.failedChecks == 0 && driver.durable.routes == .weight(30))
        #expect(driver.run().routed == [.weight(60)])
        #expect(driver.durable.wait == nil)
    }

    @Test("does not ask the traffic gate at the maximum, when nothing increases")
    func maximum() {
        var driver = Driver(plan, .analysing(60))
        #expect(driver.run().asked == ["rollback", "rollout", "confirm-promotion"])
    }

    @Test("an answer nobody waits for leads to nothing")
    func unexpected() {
        var driver = Driver(plan, .analysing(30))
        #expect(driver.answer(.passed).isEmpty)
        #expect(driver.measured().isEmpty)
        _ = driver.tick()
        #expect(driver.measured().isEmpty)
        #expect(driver.answer(.refused("no")).asked == ["rollout"])
    }
}
