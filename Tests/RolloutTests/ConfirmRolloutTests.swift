import Testing

@testable import Rollout

@Suite struct ConfirmRolloutTests {
    let plan = Plan.stepped(Hook.of(.confirmRollout, .rollback))
    let id = "confirm-rollout/0/h-confirm-rollout"
    var seen: RolloutStatus { .initialized.with { $0.lastApplied = .two } }

    @Test("asks for the revision to be rolled out, in the current phase, before anything of it runs")
    func asks() {
        var driver = Driver(plan, .initialized)
        #expect(driver.tick(canary: .absent) == [ask(plan, .confirmRollout, phase: .initialized, seen)])
    }

    @Test("scales up once it passes: seen and the phase change are one write")
    func passes() {
        var driver = Driver(plan, .initialized)
        _ = driver.tick(canary: .absent)
        let progressing = seen.moved(to: .progressing, at: 1000) { $0.passedHooks = [id] }
        #expect(
            driver.answer(.passed) == [
                .announce(.normal(.hookPassed, "Confirm-rollout check h-confirm-rollout passed")),
                .writeStatus(progressing),
                .announce(.normal(.newRevision, "New revision detected! Scaling up app.test")),
                .alert(
                    Alert(
                        .info, "New revision detected, progressing canary analysis.", includesMetadata: true)),
                .scaleUp(.two),
            ])
    }

    @Test("waits, without a failed check, while it refuses; told once")
    func refuses() {
        var driver = Driver(plan, .initialized)
        _ = driver.tick(canary: .absent)
        let waiting = seen.moved(to: .waiting, at: 1000) {
            $0.wait = .approval(hook: id)
            $0.waitingSince = .at(1000)
        }
        #expect(
            driver.answer(.refused("no")) == [
                .writeStatus(waiting),
                .announce(
                    .warning(.halted, "Halt app.test advancement waiting for approval h-confirm-rollout")),
                .alert(Alert(.warn, "Canary is waiting for approval.")),
            ])
        driver.seconds += 10
        let again = driver.run(canary: .absent, refused: [.confirmRollout, .rollback])
        #expect(again.asked == ["rollback", "confirm-rollout"])
        #expect(again.announced == ["Rollback hook h-rollback not signaling a rollback"])
        #expect(driver.durable == waiting)
    }

    @Test("sends no alert when the hook mutes it")
    func mutes() {
        var muted = plan
        muted.hooks[0].mutesAlert = true
        var driver = Driver(muted, .initialized)
        _ = driver.tick(canary: .absent)
        #expect(!driver.answer(.refused("no")).contains { if case .alert = $0 { true } else { false } })
    }

    @Test("stops a canary that runs although its revision is not confirmed")
    func stops() {
        var driver = Driver(plan, .initialized)
        _ = driver.tick(canary: .at(.two))
        #expect(driver.answer(.refused("no")).first == .scaleDown)
    }

    @Test("asks again, for the new revision alone, when the target changes while it waits")
    func changes() {
        var driver = Driver(plan, .initialized)
        _ = driver.run(canary: .absent, refused: [.confirmRollout])
        #expect(driver.tick(target: .three, canary: .absent).asked == ["confirm-rollout"])
        #expect(driver.answer(.passed).deeds.last == .scaleUp(.three))
    }

    @Test("several gates are asked in the listed order, and one that passed is not asked again")
    func several() {
        var two = plan
        two.hooks = Hook.of(.confirmRollout, .confirmRollout)
        two.hooks[1].name = "second"
        var driver = Driver(two, .initialized)
        _ = driver.tick(canary: .absent)
        #expect(driver.answer(.passed).asked == ["confirm-rollout"])
        _ = driver.answer(.refused("no"))
        #expect(driver.durable.passedHooks == [id])
        guard case .ask(let call) = driver.tick(canary: .absent).last else {
            Issue.record("the second gate was not asked")
            return
        }
        #expect(call.hook.name == "second")
        #expect(driver.answer(.passed).deeds.last == .scaleUp(.two))
    }

    @Test("an approval is not carried to the next revision, nor to the same one released again")
    func scopes() {
        var driver = Driver(plan, .progressing.with { $0.passedHooks = [id] })
        #expect(driver.run(target: .three, refused: [.confirmRollout]).asked == ["confirm-rollout"])
        #expect(driver.durable.passedHooks.isEmpty)
        driver = Driver(plan, .initialized.moved(to: .failed, at: 0) { $0.passedHooks = [id] })
        #expect(driver.tick(target: .two, canary: .absent).asked == ["confirm-rollout"])
    }
}
