/// How the canary is exposed while it is analysed.
public enum Strategy: Hashable, Sendable {
    /// Traffic is shifted through these canary weights, each above the one before; the last is the maximum.
    case stepped(weights: [Int])
    /// Requests that match go to the canary for this many passed iterations.
    case abTest(iterations: Int)
    /// The canary gets no routed traffic for this many passed iterations, then all of it.
    case blueGreen(iterations: Int)

    /// The weights of a fixed step up to a maximum, which is never passed.
    ///
    /// - Parameters:
    ///   - step: what each increase adds, in percent; at least 1.
    ///   - maximum: the last weight; 0 or less means 100, as on the peer.
    public static func stepped(by step: Int, upTo maximum: Int) -> Strategy {
        let last = maximum > 0 ? min(maximum, 100) : 100
        var weights = Array(stride(from: max(step, 1), to: last, by: max(step, 1)))
        weights.append(last)
        return .stepped(weights: weights)
    }
}
