import Testing

@testable import Rollout

@Suite struct GateDeadlineTests {
    static let gates: [(HookType, RolloutStatus, Effect)] = [
        (.confirmRollout, .initialized, .scaleUp(.two)),
        (.confirmTrafficIncrease, .analysing(30), .route(.weight(60))),
        (.confirmPromotion, .analysing(60), .promote(.two)),
    ]

    private func driver(_ type: HookType, _ start: RolloutStatus, _ action: GateDeadline.Action) -> Driver {
        Driver(
            .stepped(Hook.of(type, .postRollout)) {
                $0.gateDeadline = GateDeadline(after: .seconds(30), action: action)
            },
            start)
    }

    @Test("goes on without approval when the deadline says promote", arguments: gates)
    func promotes(_ type: HookType, _ start: RolloutStatus, _ next: Effect) {
        var driver = driver(type, start, .promote)
        #expect(!driver.run(refused: [type]).contains(next))
        driver.seconds += 29
        #expect(!driver.run(refused: [type]).contains(next))
        driver.seconds += 1
        let effects = driver.run(refused: [type])
        #expect(effects.contains(next))
        #expect(
            effects.announced.first
                == "Gate deadline of h-\(type.wireName) exceeded, going on without approval")
    }

    @Test("rolls back when the deadline says rollback", arguments: gates)
    func rollsBack(_ type: HookType, _ start: RolloutStatus, _ next: Effect) {
        var driver = driver(type, start, .rollback)
        _ = driver.run(refused: [type])
        driver.seconds += 30
        let effects = driver.run(refused: [type])
        #expect(!effects.contains(next))
        #expect(
            effects.announced.first == "Rolling back app.test gate deadline of h-\(type.wireName) exceeded")
        #expect(driver.durable.phase == .failed && effects.asked.last == "post-rollout")
    }

    @Test("counts each traffic increase's wait from its own first refusal")
    func each() {
        var driver = driver(.confirmTrafficIncrease, .progressing, .promote)
        _ = driver.run(refused: [.confirmTrafficIncrease])
        driver.seconds += 30
        #expect(driver.run(refused: [.confirmTrafficIncrease]).routed == [.weight(30)])
        driver.seconds += 10
        #expect(driver.run(refused: [.confirmTrafficIncrease]).routed.isEmpty)
        driver.seconds += 29
        #expect(driver.run(refused: [.confirmTrafficIncrease]).routed.isEmpty)
        driver.seconds += 1
        #expect(driver.run(refused: [.confirmTrafficIncrease]).routed == [.weight(60)])
    }

    @Test("without a deadline a gate may stay closed for ever")
    func never() {
        var driver = Driver(.stepped(Hook.of(.confirmPromotion)), .analysing(60))
        for _ in 0..<5 {
            _ = driver.run(refused: [.confirmPromotion])
            driver.seconds += 100_000
        }
        #expect(driver.durable.phase == .waitingPromotion)
    }
}
