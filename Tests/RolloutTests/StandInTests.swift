import Testing

@testable import Rollout

/// After a failed promotion: the canary, at revision two, serves in the place of primary.
@Suite struct StandInTests {
    let plan = Plan.stepped(Hook.of(.confirmRollout, .rollback, .preRollout, .confirmPromotion, .postRollout))
    let failed = RolloutStatus.initialized.moved(to: .failed, at: 0) {
        $0.lastApplied = .two
        $0.lastPromoted = .two
        $0.routes = .weight(100)
    }

    @Test("the next revision goes to primary once it is approved, while the canary keeps serving")
    func replaces() {
        var driver = Driver(plan, failed)
        let effects = driver.run(target: .three, primary: .unready(.two, endpoints: 0))
        #expect(effects.asked == ["confirm-rollout", "confirm-promotion"])
        #expect(effects.deeds.last == .promote(.three))
        #expect(effects.routed.isEmpty && !effects.contains(.scaleUp(.three)))
        #expect(driver.run(target: .three, primary: .at(.three)).routed == [.primary])
        _ = driver.run(target: .three, primary: .at(.three))
        #expect(driver.durable.phase == .succeeded && driver.durable.lastPromoted == .three)
    }

    @Test(
        "waits for approval of the next revision without stopping the canary",
        arguments: [
            HookType.confirmRollout, .confirmPromotion,
        ])
    func waits(_ gate: HookType) {
        var driver = Driver(plan, failed)
        for _ in 0..<2 {
            let effects = driver.run(
                target: .three, primary: .unready(.two, endpoints: 0), refused: [gate, .rollback])
            #expect(!effects.contains(.scaleDown) && effects.routed.isEmpty)
            #expect(driver.durable.phase == .waiting && driver.durable.routes == .weight(100))
        }
        #expect(driver.run(target: .three, primary: .unready(.two)).deeds.last == .promote(.three))
    }

    @Test("a rollback hook ends the wait, and the canary serves on")
    func rollsBack() {
        var driver = Driver(plan, failed)
        _ = driver.run(target: .three, primary: .unready(.two), refused: [.confirmRollout])
        let effects = driver.run(target: .three, primary: .unready(.two), refused: [])
        #expect(effects.routed.isEmpty && !effects.contains(.scaleDown))
        #expect(driver.durable.phase == .failed && driver.durable.routes == .weight(100))
        #expect(effects.asked == ["rollback", "post-rollout"])
    }

    @Test("gives primary the traffic when it heals while the next revision waits")
    func heals() {
        var driver = Driver(plan, failed)
        _ = driver.run(target: .three, primary: .unready(.two), refused: [.confirmRollout])
        #expect(
            driver.run(target: .three, primary: .at(.two), refused: [.confirmRollout, .rollback]).routed == [
                .primary
            ])
        #expect(driver.durable.phase == .waiting && driver.durable.routes == .primary)
    }

    @Test("gives primary what traffic it can take when the canary dies")
    func dies() {
        var driver = Driver(plan, failed)
        let effects = driver.run(primary: .unready(.two), canary: .unready(.two, endpoints: 0))
        #expect(effects.routed == [.primary])
    }

    @Test("leaves traffic that was moved where it is while neither side can answer")
    func bothDead() {
        var driver = Driver(plan, failed)
        let dead = WorkloadState.unready(.two, endpoints: 0)
        #expect(driver.run(primary: dead, canary: dead, routes: .primary).routed.isEmpty)
    }

    @Test("does not go on while the rollout is paused")
    func paused() {
        var held = plan
        held.isPaused = true
        var driver = Driver(held, failed)
        let effects = driver.run(target: .three, primary: .unready(.two))
        #expect(!effects.contains(.promote(.three)))
        #expect(driver.durable.wait == .resume && driver.durable.phase == .waiting)
    }
}
