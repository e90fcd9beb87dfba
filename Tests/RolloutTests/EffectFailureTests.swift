import Testing

@testable import Rollout

@Suite struct EffectFailureTests {
    let plan = Plan.stepped()

    @Test("goes back to what is durable, tells the trouble once, and tries again with the next tick")
    func recovers() {
        var driver = Driver(plan, .analysing(30))
        let effects = driver.tick()
        driver.durable = .analysing(30)
        #expect(effects.first == .route(.weight(60)))
        let stalled = RolloutStatus.analysing(30).with {
            $0.stall = .effect("route")
            $0.stalledSince = .at(1000)
        }
        #expect(
            driver.failed(.route(.weight(60))) == [
                .writeStatus(stalled), .announce(.warning(.effectFailed, "no route")),
            ])
        driver.seconds += 10
        #expect(driver.tick().first == .route(.weight(60)))
        driver.durable = stalled
        #expect(driver.failed(.route(.weight(60))).isEmpty)
    }

    @Test("a status that can't be written leads to nothing more")
    func store() {
        var driver = Driver(plan, .analysing(30))
        _ = driver.tick()
        #expect(driver.failed(.writeStatus(.analysing(60))).isEmpty)
    }

    @Test("effects that keep failing end the rollout at the progress deadline")
    func deadline() {
        let stalled = RolloutStatus.analysing(30).with {
            $0.stall = .effect("route")
            $0.stalledSince = .at(1000)
        }
        var driver = Driver(plan, stalled)
        driver.seconds += 60
        #expect(
            driver.run().announced.first
                == "Rolling back app.test progress deadline exceeded effects keep failing")
        #expect(driver.durable.phase == .failed)
    }

    @Test("progress forgets the trouble")
    func forgets() {
        var driver = Driver(
            plan,
            .analysing(30).with {
                $0.stall = .effect("route")
                $0.stalledSince = .at(1000)
            })
        _ = driver.run()
        #expect(driver.durable == .analysing(60))
    }

    @Test("a rollback whose scale-down fails is finished by the next tick")
    func rollback() {
        var driver = Driver(.stepped(Hook.of(.postRollout)) { $0.abortReason = "bad" }, .analysing(30))
        _ = driver.tick()
        _ = driver.failed(.scaleDown)
        let effects = driver.run()
        #expect(effects.deeds.first == .scaleDown && effects.asked == ["post-rollout"])
        #expect(driver.durable.owed == nil)
    }
}
