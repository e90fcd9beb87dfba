import Randomness
import Rollout

extension UserAction {
    /// A release, and what users do afterwards.
    static func wild(_ random: inout SplitMix64) -> [UserAction] {
        var actions = [UserAction(.entering(.initialized), .release(1))]
        if random.chance(0.1) { actions = [UserAction(.at(Int64(random.pick(0...60_000))), .release(1))] }
        var moment: Int64 = 20_000
        for _ in 0..<random.pick(0...4) {
            moment += Int64(random.pick(1...120_000))
            let trigger: Trigger = random.chance(0.4) ? .entering(random.pick(Self.phases)) : .at(moment)
            actions += wild(trigger, after: moment, &random)
        }
        return actions
    }

    private static let phases: [Phase] = [
        .waiting, .progressing, .progressing, .waitingPromotion, .promoting, .promoting, .finalising,
        .succeeded,
        .failed,
    ]

    private static func wild(_ trigger: Trigger, after moment: Int64, _ random: inout SplitMix64)
        -> [UserAction]
    {
        let later = Trigger.at(moment + Int64(random.pick(1...100_000)))
        switch random.pick(0...9) {
        case 0...4: return [UserAction(trigger, .release(random.pick(0...3)))]
        case 5: return [UserAction(trigger, .pause(true)), UserAction(later, .pause(false))]
        case 6: return [UserAction(trigger, .suspend(true)), UserAction(later, .suspend(false))]
        case 7: return [UserAction(trigger, .abort("bad build")), UserAction(later, .abort(nil))]
        case 8: return [UserAction(trigger, random.chance(0.5) ? .skipAnalysis(true) : .interval(20_000))]
        default: return [UserAction(trigger, .drift(Routes(canaryWeight: random.pick([0, 0, 100, 7]))))]
        }
    }
}
