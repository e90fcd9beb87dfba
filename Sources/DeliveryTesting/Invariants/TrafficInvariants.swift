import Rollout

extension WorldState {
    /// Whether the canary serves in the place of a primary that a failed promotion left unhealthy.
    var isStandingIn: Bool { durable.routes.reachesCanary && !durable.isAnalysing }

    mutating func checkRoute(_ routes: Routes) {
        expectActive("route")
        expect((0...100).contains(routes.canaryWeight), .weights, "canary weight \(routes.canaryWeight)")
        checkReach(routes)
        checkIncrease(routes)
        checkPromotionTraffic(routes)
    }

    /// What the router really does, after each effect: another router than the simulated one may be in between.
    mutating func checkTable() {
        expect(
            primaryWeight + canaryRoutes.canaryWeight == 100, .weights,
            "primary \(primaryWeight) and canary \(canaryRoutes.canaryWeight)")
    }

    private mutating func checkReach(_ routes: Routes) {
        guard routes.reachesCanary else { return }
        expect(
            ledger.tick.observed?.canary.hasEndpoints == true, .endpointsBeforeTraffic,
            "routed \(TraceEntry.words(routes)) to a canary without endpoints")
        let takesBack = routes == Routes(canaryWeight: min(routes.canaryWeight, canaryRoutes.canaryWeight))
        guard !plan.skipsAnalysis, !ledger.isUnchecked, !takesBack, routes != durable.routes else { return }
        let missing = missing(.beforeFirstTraffic, for: durable.lastApplied)
        expect(missing.isEmpty, .testedBeforeTraffic, "routed \(TraceEntry.words(routes)) without \(missing)")
    }

    private mutating func checkIncrease(_ routes: Routes) {
        let weight = routes.canaryWeight
        guard weight > canaryRoutes.canaryWeight, routes != durable.routes, durable.phase != .promoting else {
            return
        }
        switch plan.strategy {
        case .stepped(let weights):
            let next = weights.first { $0 > durable.routes.canaryWeight }
            expect(weight == next, .approvedIncrease, "weight \(weight), next is \(next ?? -1)")
            let gates = plan.hooks(at: .beforeIncrease)
            let missing = gates.filter { !ledger.tick.passed.contains($0.index) }.map(\.name)
            expect(missing.isEmpty, .approvedIncrease, "weight \(weight) without \(missing)")
            ledger.tick.increases += 1
            expect(ledger.tick.increases == 1, .approvedIncrease, "two increases in one tick")
        case .blueGreen:
            let missing = missing(.beforePromotion, for: durable.lastApplied)
            expect(weight == 100 && missing.isEmpty, .approvedIncrease, "weight \(weight) without \(missing)")
        case .abTest:
            expect(false, .approvedIncrease, "weight \(weight) in an A/B test")
        }
    }

    private mutating func checkPromotionTraffic(_ routes: Routes) {
        guard durable.phase == .promoting, let observed = ledger.tick.observed, routes != durable.routes,
            observed.primary.revision == durable.lastApplied, observed.canary.hasEndpoints,
            durable.routes.reachesCanary
        else { return }
        expect(
            observed.primary.readiness == .ready || routes.canaryWeight >= durable.routes.canaryWeight,
            .servesThroughPromotion, "routed \(TraceEntry.words(routes)) while primary is not ready")
    }

    mutating func checkScaleDown() {
        expectActive("scale down")
        guard plan.shiftsTraffic else { return }
        expect(
            !canaryRoutes.reachesCanary || ledger.tick.observed?.canary.hasEndpoints == false
                || ledger.tick.isDisturbed,
            .stopsIdleCanary, "stopped a canary that gets \(TraceEntry.words(canaryRoutes))")
    }
}
