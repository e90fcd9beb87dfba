import Testing

@testable import Rollout

@Suite struct HealthTests {
    let plan = Plan.stepped(Hook.of(.rollback, .preRollout))

    @Test(
        "waits for the canary, complains once, and rolls back at the progress deadline",
        arguments: [
            RolloutStatus.progressing, .analysing(30), .analysing(60).with { $0.phase = .waitingPromotion },
        ])
    func canaryDeadline(_ start: RolloutStatus) {
        var driver = Driver(plan, start)
        let first = driver.run(canary: .unready(.two))
        #expect(first.announced.last == "canary process app.test not ready: 1 of 2 ready")
        driver.seconds += 59
        #expect(driver.run(canary: .unready(.two)).announced.count == 1)
        driver.seconds += 1
        let last = driver.run(canary: .unready(.two))
        #expect(
            last.announced.suffix(2) == [
                "Rolling back app.test progress deadline exceeded canary process app.test not ready: 1 of 2 ready",
                "Canary failed! Scaling down app.test",
            ])
        #expect(last.routed == [.primary])
        #expect(driver.durable.phase == .failed)
    }

    @Test("an unhealthy primary halts the analysis and rolls back at the progress deadline")
    func primaryDeadline() {
        var driver = Driver(plan, .analysing(30))
        #expect(
            driver.run(primary: .unready(.one)).announced.last == "app-primary.test not ready: 1 of 2 ready")
        driver.seconds += 60
        _ = driver.run(primary: .unready(.one))
        #expect(driver.durable.phase == .failed)
    }

    @Test("health in between starts the deadline anew")
    func recovers() {
        var driver = Driver(plan, .analysing(30).with { $0.passedHooks = ["pre-rollout/1/h-pre-rollout"] })
        _ = driver.run(canary: .unready(.two))
        driver.seconds += 40
        _ = driver.run()
        #expect(driver.durable.stalledSince == nil)
        driver.seconds += 40
        _ = driver.run(canary: .unready(.two))
        #expect(driver.durable.phase == .progressing)
    }

    @Test("a promotion that primary does not take ends at the progress deadline")
    func promotionDeadline() {
        var driver = Driver(plan, .promoting(60))
        _ = driver.run()
        driver.seconds += 60
        #expect(driver.run().routed == [.primary])
        #expect(driver.durable.phase == .failed)
    }

    @Test("a canary that loses all endpoints loses its traffic, and gets it again step by step")
    func pullsTraffic() {
        var driver = Driver(plan, .analysing(60).with { $0.phase = .waitingPromotion })
        let effects = driver.run(canary: .unready(.two, endpoints: 0))
        #expect(effects.deeds.first == .route(.primary))
        #expect(driver.durable.routes == .primary && driver.durable.phase == .progressing)
        #expect(driver.run().routed == [.weight(30)])
        #expect(driver.durable.failedChecks == 0)
    }

    @Test(
        "an A/B test whose traffic was pulled matches again before it counts on, and measures nothing between"
    )
    func pullsMatch() {
        let test = Plan.with(.abTest(iterations: 2)) { $0.hasMetrics = true }
        let start = RolloutStatus.analysing(0).with {
            $0.routes = Routes(isMatched: true)
            $0.iterations = 2
        }
        var driver = Driver(test, start)
        #expect(driver.run(canary: .unready(.two, endpoints: 0)).routed == [.primary])
        let again = driver.run()
        #expect(again.routed == [Routes(isMatched: true)] && !again.contains(.checkMetrics))
        #expect(driver.durable.iterations == 2)
        #expect(driver.run().deeds.last == .promote(.two))
    }

    @Test(
        "starts a canary that a crash left at nothing or at the revision before",
        arguments: [
            WorkloadState.absent, .at(.one),
        ])
    func restarts(_ canary: WorkloadState) {
        var driver = Driver(plan, .progressing)
        #expect(driver.run(canary: canary).deeds.last == .scaleUp(.two))
    }

    @Test("routes that another hand moved are mended before anything is asked")
    func mends() {
        var driver = Driver(plan, .analysing(30))
        #expect(driver.tick(routes: .weight(90)).first == .route(.weight(30)))
        driver = Driver(plan, .initialized)
        #expect(driver.tick(target: .one, canary: .absent, routes: .weight(5)) == [.route(.primary)])
    }
}
