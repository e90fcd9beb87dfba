import Testing

@testable import Rollout

@Suite struct NewRevisionTests {
    let gated = Plan.stepped(Hook.of(.confirmRollout, .rollback, .preRollout))

    @Test("a new revision in analysis takes the traffic back and asks confirm-rollout before it runs")
    func gatedRestart() {
        var driver = Driver(gated, .analysing(30).with { $0.failedChecks = 1 })
        let waiting = RolloutStatus.initialized.moved(to: .waiting, at: 1000) { $0.lastApplied = .three }
        #expect(
            driver.tick(target: .three) == [
                .route(.primary), .writeStatus(waiting),
                .announce(.normal(.newRevision, "New revision detected! Restarting analysis for app.test")),
                ask(gated, .confirmRollout, phase: .waiting, waiting),
            ])
        #expect(driver.answer(.refused("no")).deeds.first == .scaleDown)
        #expect(driver.run(target: .three, canary: .absent).deeds.last == .scaleUp(.three))
    }

    @Test("without confirm-rollout hooks a new revision in analysis starts over at once")
    func restart() {
        var driver = Driver(.stepped(Hook.of(.preRollout)), .analysing(30).with { $0.iterations = 1 })
        let restarted = RolloutStatus.initialized.moved(to: .progressing, at: 0) { $0.lastApplied = .three }
        #expect(
            driver.run(target: .three).deeds == [.route(.primary), .writeStatus(restarted), .scaleUp(.three)])
        #expect(driver.run(target: .three, canary: .at(.three)).asked == ["pre-rollout"])
    }

    @Test(
        "a revert to the promoted revision rolls back",
        arguments: [
            RolloutStatus.progressing.with { $0.phase = .waiting }, .progressing, .analysing(30),
            .analysing(60).with { $0.phase = .waitingPromotion }, .promoting(60),
        ])
    func revert(_ start: RolloutStatus) {
        var driver = Driver(gated, start)
        let effects = driver.run(target: .one)
        #expect(effects.announced.first == "Rolling back app.test target reverted to the promoted revision")
        #expect(effects.deeds.map(\.kind).prefix(3) == ["route", "writeStatus", "scaleDown"])
        #expect(driver.durable.phase == .failed)
        _ = driver.run(target: .one, canary: .absent)
        #expect(driver.durable.lastApplied == .one)
        #expect(driver.tick(target: .two, canary: .absent).asked == ["confirm-rollout"])
    }

    @Test("a revision that failed is not tried again until the target changes")
    func failedRevision() {
        var driver = Driver(gated, .initialized.moved(to: .failed, at: 0) { $0.lastApplied = .two })
        #expect(driver.tick(canary: .absent).isEmpty)
        #expect(driver.tick(target: .three, canary: .absent).asked == ["confirm-rollout"])
    }

    @Test("a new revision before primary was touched starts over; after it, the promotion is finished first")
    func whilePromoting() {
        var driver = Driver(gated, .promoting(60))
        #expect(driver.run(target: .three, refused: [.confirmRollout]).routed == [.primary])
        #expect(driver.durable.lastApplied == .three && driver.durable.phase == .waiting)
        driver = Driver(gated, .promoting(60))
        #expect(driver.run(target: .three, primary: .at(.two)).routed == [.primary])
        #expect(driver.durable.phase == .finalising)
        _ = driver.run(target: .three, primary: .at(.two))
        #expect(driver.durable.phase == .succeeded && driver.durable.lastPromoted == .two)
        #expect(driver.run(target: .three, primary: .at(.two), canary: .absent).asked == ["confirm-rollout"])
    }

    @Test("a change of tracked configuration is a new revision")
    func configuration() {
        var driver = Driver(gated, .initialized)
        let changed = Revision(spec: Revision.one.spec, configuration: "colour=green")
        #expect(driver.tick(target: changed, canary: .absent).asked == ["confirm-rollout"])
    }

    @Test(
        "a change of configuration alone stops the canary, which is started again with the next tick",
        arguments: [true, false])
    func reconfigured(isGated: Bool) {
        let changed = Revision(spec: Revision.two.spec, configuration: "colour=green")
        var driver = Driver(isGated ? gated : .stepped(), .analysing(30))
        let effects = driver.run(target: changed)
        #expect(effects.deeds.contains(.scaleDown))
        #expect(!effects.deeds.contains(.scaleUp(changed)))
        #expect(driver.durable.phase == .progressing && driver.durable.lastApplied == changed)
        driver.seconds += 10
        #expect(driver.run(target: changed, canary: .absent).deeds.last == .scaleUp(changed))
        // Another target is replaced as it runs.
        driver = Driver(isGated ? gated : .stepped(), .analysing(30))
        let others = driver.run(target: .three)
        #expect(others.deeds.contains(.scaleUp(.three)) && !others.deeds.contains(.scaleDown))
    }

    @Test("a restart without a change starts no rollout")
    func nothing() {
        var driver = Driver(gated, .initialized)
        #expect(driver.tick(target: .one, canary: .absent).isEmpty)
    }
}
