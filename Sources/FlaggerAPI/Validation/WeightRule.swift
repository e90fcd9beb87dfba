extension CanaryRule {
    private static let percentages = 0...100

    /// Weights are percentages that grow.
    static let weights = CanaryRule { canary, scope, list in
        let analysis = canary.spec.effectiveAnalysis
        let path = scope.analysisPath
        let weights: [(String, Int?)] = [
            ("maxWeight", analysis.maxWeight), ("stepWeight", analysis.stepWeight),
            ("stepWeightPromotion", analysis.stepWeightPromotion), ("mirrorWeight", analysis.mirrorWeight),
            ("primaryReadyThreshold", analysis.primaryReadyThreshold),
            ("canaryReadyThreshold", analysis.canaryReadyThreshold),
        ]
        for case (let field, let weight?) in weights where !percentages.contains(weight) {
            list.error(
                path[field], "out-of-range", "\(weight) is not a percentage",
                fix: "write a number from 0 to 100")
        }
        checkSteps(analysis, path, &list)
    }

    private static func checkSteps(
        _ analysis: CanaryAnalysis, _ path: FieldPath, _ list: inout FindingList
    ) {
        let steps = analysis.stepWeights
        for (index, weight) in steps.enumerated() {
            if !(1...100).contains(weight) {
                list.error(
                    path["stepWeights"][index], "out-of-range", "\(weight) is not a percentage above 0",
                    fix: "write a number from 1 to 100")
            } else if index > 0, weight <= steps[index - 1] {
                list.error(
                    path["stepWeights"][index], "steps-do-not-grow",
                    "\(weight) does not exceed \(steps[index - 1])",
                    fix: "list growing weights, such as [10, 25, 50]")
            }
        }
        if !steps.isEmpty, analysis.stepWeight != 0 {
            list.error(
                path["stepWeight"], "two-strategies", "`stepWeights` is given too",
                fix: "remove one of the two")
        } else if percentages.contains(analysis.stepWeight), analysis.stepWeight > analysis.effectiveMaxWeight
        {
            list.warning(
                path["stepWeight"], "step-above-maximum",
                "\(analysis.stepWeight) exceeds the maximum of \(analysis.effectiveMaxWeight): there is one step",
                fix: "write a step below `maxWeight`")
        }
    }
}
