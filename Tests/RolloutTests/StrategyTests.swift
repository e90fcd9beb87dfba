import Testing

@testable import Rollout

@Suite struct StrategyTests {
    /// The routes from the first ready tick until the promotion starts.
    private func splits(_ plan: Plan) -> [Routes] {
        var driver = Driver(plan, .progressing)
        var routed: [Routes] = []
        for _ in 0..<30 where driver.durable.phase == .progressing { routed += driver.run().routed }
        #expect(driver.durable.phase == .promoting)
        return routed
    }

    @Test(
        "the last step is cut to the maximum weight",
        arguments: [
            (30, 60, [30, 60]), (30, 50, [30, 50]), (40, 100, [40, 80, 100]), (70, 50, [50]),
            (20, 0, [20, 40, 60, 80, 100]),
            (50, 130, [50, 100]), (0, 2, [1, 2]),
        ])
    func steps(_ step: Int, _ maximum: Int, _ weights: [Int]) {
        #expect(splits(.with(.stepped(by: step, upTo: maximum))) == weights.map(Routes.weight))
    }

    @Test("stepWeights are taken one by one")
    func weights() {
        #expect(splits(.with(.stepped(weights: [1, 5, 80]))) == [.weight(1), .weight(5), .weight(80)])
    }

    @Test("a canary strategy with mirroring mirrors first, without asking for an increase, then shifts")
    func mirror() {
        let plan = Plan.stepped(Hook.of(.preRollout, .confirmTrafficIncrease)) { $0.mirrors = true }
        #expect(splits(plan) == [Routes(isMirrored: true), .weight(30), .weight(60)])
        var driver = Driver(plan, .progressing)
        #expect(driver.run().asked == ["pre-rollout"])
        #expect(driver.run().asked == ["confirm-traffic-increase"])
    }

    @Test("an A/B test matches from the first iteration on and keeps the match until primary is ready")
    func abTest() {
        let plan = Plan.with(.abTest(iterations: 3))
        #expect(splits(plan) == [Routes(isMatched: true)])
        var driver = Driver(plan, .progressing)
        #expect(driver.run().announced.last == "Advance app.test canary iteration 1/3")
        for _ in 0..<3 { _ = driver.run() }
        #expect(driver.durable.phase == .promoting)
        #expect(driver.durable.routes == Routes(isMatched: true))
        #expect(driver.run(primary: .at(.two)).routed == [.primary])
    }

    @Test("blue/green routes nothing while it iterates, then all traffic, and promotes in the same tick")
    func blueGreen() {
        let plan = Plan.with(.blueGreen(iterations: 2), Hook.of(.rollout, .confirmPromotion)) {
            $0.hasMetrics = true
        }
        var driver = Driver(plan, .progressing)
        #expect(driver.run().routed.isEmpty)
        #expect(driver.run().routed.isEmpty)
        #expect(driver.durable.iterations == 2)
        let last = driver.run()
        #expect(last.asked == ["rollout", "confirm-promotion"])
        #expect(last.deeds.suffix(3) == [.route(.weight(100)), .writeStatus(driver.durable), .promote(.two)])
        #expect(last.announced.contains("Routing all traffic to canary"))
        #expect(driver.durable.phase == .promoting)
    }

    @Test("blue/green with mirroring mirrors while it iterates")
    func blueGreenMirror() {
        let plan = Plan.with(.blueGreen(iterations: 2)) { $0.mirrors = true }
        #expect(splits(plan) == [Routes(isMirrored: true), .weight(100)])
    }

    @Test("blue/green routes nothing where the router can't shift traffic")
    func unshiftable() {
        #expect(splits(.with(.blueGreen(iterations: 2)) { $0.shiftsTraffic = false }).isEmpty)
    }

    @Test("asks confirm-promotion once a tick until it passes, and not again after")
    func blueGreenGate() {
        let plan = Plan.with(.blueGreen(iterations: 1), Hook.of(.confirmPromotion))
        var driver = Driver(plan, .progressing)
        _ = driver.run()
        for _ in 0..<3 { #expect(driver.run(refused: [.confirmPromotion]).asked == ["confirm-promotion"]) }
        #expect(driver.run().asked == ["confirm-promotion"])
        #expect(driver.run(primary: .at(.two)).asked.isEmpty)
    }
}
