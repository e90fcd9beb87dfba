import Testing

@testable import Rollout

@Suite struct PromotionTests {
    let plan = Plan.stepped(Hook.of(.rollout, .confirmPromotion, .postRollout)) { $0.hasMetrics = true }
    let id = "confirm-promotion/1/h-confirm-promotion"

    @Test("the promotion is durable before primary is touched")
    func durableFirst() {
        var driver = Driver(plan, .analysing(60))
        let promoting = RolloutStatus.analysing(60).moved(to: .promoting, at: 1000) { $0.passedHooks = [id] }
        #expect(
            driver.run().suffix(4) == [
                .announce(.normal(.hookPassed, "Confirm-promotion check h-confirm-promotion passed")),
                .announce(.normal(.promoting, "Copying app.test template spec to app-primary.test")),
                .writeStatus(promoting), .promote(.two),
            ])
    }

    @Test("waits for promotion with the true weight and iterations shown; hooks and metrics go on")
    func waits() {
        var driver = Driver(plan, .analysing(60))
        let first = driver.run(refused: [.confirmPromotion])
        #expect(
            first.announced == [
                "Halt app.test advancement waiting for promotion approval h-confirm-promotion"
            ])
        #expect(driver.durable.phase == .waitingPromotion)
        #expect(driver.durable.routes == .weight(60) && driver.durable.iterations == 0)
        let again = driver.run(refused: [.confirmPromotion])
        #expect(again.deeds.map(\.kind) == ["ask", "checkMetrics", "ask"])
        #expect(again.announced.isEmpty)
        #expect(driver.run().deeds.last == .promote(.two))
    }

    @Test("a check can still fail the rollout while promotion waits")
    func waitsAndFails() {
        var driver = Driver(plan, .analysing(60).with { $0.phase = .waitingPromotion })
        _ = driver.run(refused: [.confirmPromotion], metrics: "slow")
        #expect(driver.durable.failedChecks == 1 && driver.durable.phase == .waitingPromotion)
        #expect(driver.run(refused: [.confirmPromotion], metrics: "slow").routed == [.primary])
        #expect(driver.durable.phase == .failed)
    }

    @Test("asks no hook while it promotes and finalises")
    func silent() {
        var all = plan
        all.hooks = Hook.of(
            .confirmRollout, .rollback, .preRollout, .rollout, .confirmTrafficIncrease, .confirmPromotion)
        var driver = Driver(all, .promoting(60))
        #expect(driver.run(primary: .unready(.two)).asked.isEmpty)
        #expect(driver.run(primary: .at(.two)).asked.isEmpty)
        #expect(driver.durable.phase == .finalising)
        #expect(driver.run(primary: .at(.two)).asked.isEmpty)
        #expect(driver.durable.phase == .succeeded)
    }

    @Test("traffic goes back to primary only once primary is ready at the new revision")
    func returns() {
        var driver = Driver(plan, .promoting(60))
        #expect(driver.tick(primary: .unready(.two)).routed.isEmpty)
        let finalising = RolloutStatus.promoting(60).moved(to: .finalising, at: 1000) {
            $0.routes = .primary
            $0.lastPromoted = .two
        }
        #expect(
            driver.tick(primary: .at(.two)) == [
                .route(.primary), .announce(.normal(.advanced, "Routing all traffic to primary")),
                .writeStatus(finalising),
            ])
    }

    @Test("stepWeightPromotion gives the traffic back in steps, one a tick")
    func stepsBack() {
        var stepped = plan
        stepped.promotionStep = 25
        var driver = Driver(stepped, .promoting(60))
        #expect(driver.tick(primary: .at(.two)).announced == ["Advance app.test primary weight 65"])
        #expect(driver.tick(primary: .at(.two)).routed == [.weight(10)])
        #expect(driver.durable.phase == .promoting)
        #expect(driver.tick(primary: .at(.two)).routed == [.primary])
        #expect(driver.durable.phase == .finalising)
    }

    @Test("stops the canary, then succeeds and calls post-rollout")
    func succeeds() {
        let finalising = RolloutStatus.promoting(0).with {
            $0.phase = .finalising
            $0.lastPromoted = .two
        }
        var driver = Driver(plan, finalising)
        let effects = driver.run(primary: .at(.two))
        #expect(effects.deeds.map(\.kind) == ["scaleDown", "writeStatus", "ask", "writeStatus"])
        #expect(
            effects.announced == [
                "Post-rollout check h-post-rollout passed", "Promotion completed! Scaling down app.test",
            ])
        #expect(driver.durable.phase == .succeeded && driver.durable.owed == nil)
    }

    @Test("promotes again when a crash came between the decision and primary")
    func repeats() {
        var driver = Driver(plan, .promoting(60))
        #expect(driver.tick().deeds.last == .promote(.two))
        #expect(driver.tick().deeds == [.promote(.two)])
    }

    @Test("keeps traffic on the canary and fails when primary is unhealthy in promotion")
    func primaryUnhealthy() {
        var driver = Driver(plan, .promoting(60))
        #expect(driver.run(primary: .unready(.two)).routed.isEmpty)
        driver.seconds += 60
        let effects = driver.run(primary: .unready(.two))
        #expect(effects.routed == [.weight(100)])
        #expect(!effects.contains(.scaleDown))
        #expect(effects.asked == ["post-rollout"])
        #expect(driver.durable.phase == .failed)
        #expect(driver.run(primary: .unready(.two)).deeds.isEmpty, "the canary goes on serving")
    }

    @Test("takes the traffic back to primary when it heals after a failed promotion, then stops the canary")
    func heals() {
        let failed = RolloutStatus.initialized.moved(to: .failed, at: 0) {
            $0.lastApplied = .two
            $0.lastPromoted = .two
            $0.routes = .weight(100)
        }
        var driver = Driver(plan, failed)
        #expect(driver.run(primary: .at(.two)).routed == [.primary])
        #expect(driver.run(primary: .at(.two)).deeds == [.scaleDown])
        #expect(driver.run(primary: .at(.two), canary: .absent).isEmpty)
    }

    @Test("pulls traffic from a canary that died when primary can take it")
    func canaryDies() {
        var driver = Driver(plan, .promoting(60))
        #expect(
            driver.run(primary: .unready(.two), canary: .unready(.two, endpoints: 0)).routed == [.primary])
    }
}
