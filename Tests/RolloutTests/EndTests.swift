import Testing

@testable import Rollout

@Suite struct EndTests {
    let plan = Plan.stepped(Hook.of(.postRollout, .postRollout))
    let owing = RolloutStatus.initialized.moved(to: .succeeded, at: 0) {
        $0.lastApplied = .two
        $0.lastPromoted = .two
        $0.owed = .promoted
    }

    @Test("a post-rollout hook that fails does not skip the next, and is told")
    func fails() {
        var driver = Driver(plan, owing)
        let effects = driver.run(primary: .at(.two), canary: .absent, refused: [.postRollout])
        #expect(effects.asked == ["post-rollout", "post-rollout"])
        #expect(effects.announced.first == "Post-rollout hook h-post-rollout failed no")
        #expect(effects.announced.last == "Promotion completed! Scaling down app.test")
        #expect(driver.durable == owing.with { $0.owed = nil })
    }

    @Test(
        "calls post-rollout again after a crash before the end was settled, before it takes up a new revision"
    )
    func repeats() {
        var driver = Driver(plan, owing)
        #expect(driver.tick(primary: .at(.two), canary: .absent).asked == ["post-rollout"])
        #expect(driver.run(target: .three, primary: .at(.two), canary: .absent).asked.count == 2)
        #expect(driver.durable.owed == nil)
        _ = driver.run(target: .three, primary: .at(.two), canary: .absent)
        #expect(driver.durable.phase == .progressing)
    }

    @Test("carries the phase it ended in")
    func phase() {
        for phase in [Phase.succeeded, .failed] {
            var driver = Driver(plan, owing.with { $0.phase = phase })
            guard case .ask(let call) = driver.tick(primary: .at(.two), canary: .absent).last else {
                Issue.record("post-rollout was not asked")
                continue
            }
            #expect(call.phase == phase && call.revision == .two)
        }
    }

    @Test("an ended rollout changes nothing, tick after tick")
    func rests() {
        var driver = Driver(plan, owing.with { $0.owed = nil })
        #expect(driver.tick(primary: .at(.two), canary: .absent).isEmpty)
    }

    @Test("stops a canary that a crash left running after the end")
    func mends() {
        var driver = Driver(plan, owing.with { $0.owed = nil })
        #expect(driver.tick(primary: .at(.two), canary: .at(.two)) == [.scaleDown])
    }
}
