extension CanaryRule {
    /// The analysis says how traffic moves, in one way.
    static let strategy = CanaryRule { canary, scope, list in
        let analysis = canary.spec.effectiveAnalysis
        let path = scope.analysisPath
        if analysis.iterations < 0 {
            list.error(path["iterations"], "out-of-range", "is negative", fix: "write 1 or more")
        }
        if !analysis.match.isEmpty, analysis.iterations <= 0 {
            list.error(
                path["match"], "match-without-iterations", "an A/B test needs `iterations`",
                fix: "add `iterations: 10` beside it")
        }
        let moves = analysis.stepWeight != 0 || !analysis.stepWeights.isEmpty
        if moves, analysis.iterations > 0 {
            let field = analysis.stepWeights.isEmpty ? "stepWeight" : "stepWeights"
            list.warning(
                path[field], "two-strategies", "ignored, since `iterations` makes it \(kind(of: analysis))",
                fix: "remove one of the two")
        }
        if !moves, analysis.iterations == 0, analysis.match.isEmpty, !canary.spec.skipAnalysis {
            list.error(
                path, "no-strategy", "says neither how the weight grows nor how often to check",
                fix: "add `stepWeight: 10` and `maxWeight: 50`, or `iterations: 10`")
        }
    }

    private static func kind(of analysis: CanaryAnalysis) -> String {
        analysis.match.isEmpty ? "blue/green" : "an A/B test"
    }
}
