import Randomness
import Rollout

extension Plan {
    /// A plan without hooks.
    static func random(_ random: inout SplitMix64) -> Plan {
        var plan = Plan(
            names: Names(canary: "app", target: "app", namespace: "test", targetKind: "Process"),
            strategy: .random(&random), mirrors: random.chance(0.2),
            promotionStep: random.chance(0.25) ? random.pick(10...60) : nil, threshold: random.pick(1...4),
            progressDeadline: .seconds(random.pick(45...180)))
        if case .blueGreen = plan.strategy, random.chance(0.3) {
            plan.shiftsTraffic = false
            plan.mirrors = false
        }
        return plan
    }
}

extension Strategy {
    static func random(_ random: inout SplitMix64) -> Strategy {
        switch random.pick(0...5) {
        case 0...1: return .stepped(by: random.pick(10...60), upTo: random.pick(20...100))
        case 2:
            let weights = Set((0..<random.pick(1...4)).map { _ in random.pick(1...100) })
            return .stepped(weights: weights.sorted())
        case 3: return .abTest(iterations: random.pick(1...4))
        default: return .blueGreen(iterations: random.pick(1...4))
        }
    }
}

extension Hook {
    static func random(count: Int, types: [HookType], _ random: inout SplitMix64) -> [Hook] {
        (0..<count).map { index in
            let type = random.pick(types)
            return Hook(
                index: index, name: "h\(index)-\(type.wireName)", type: type, mutesAlert: random.chance(0.1))
        }
    }
}
