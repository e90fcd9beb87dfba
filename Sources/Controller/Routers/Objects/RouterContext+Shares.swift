import JSON
import Rollout

/// From routes to the weights of two backends, and back.
extension RouterContext {
    /// Whether requests are told apart by what is in them.
    var isABTest: Bool { !analysis.match.isEmpty }

    /// The canary's share where the provider splits traffic: of the matching requests in an A/B test, else of all.
    func canaryShare(of routes: Routes) -> Int {
        isABTest && routes.isMatched ? 100 : routes.canaryWeight
    }

    /// The routes that two weights make; nil when they are no percentages.
    func routes(primary: JSONValue?, canary: JSONValue?, isMirrored: Bool = false) -> Routes? {
        guard let primary = primary?.wholeNumber, let canary = canary?.wholeNumber,
            primary + canary == 100, (0...100).contains(canary)
        else { return nil }
        if isABTest, canary == 100 { return Routes(isMatched: true) }
        return Routes(canaryWeight: canary, isMirrored: isMirrored)
    }
}

extension JSONValue {
    /// The whole number, also when it is written as a text.
    var wholeNumber: Int? { int ?? string.flatMap { Int($0) } }
}
