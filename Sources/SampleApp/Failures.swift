import Synchronization

/// Spreads failures evenly: exactly the share asked for, without chance.
final class Failures: Sendable {
    private let rate: Double
    private let owed = Mutex(0.0)

    init(rate: Double) { self.rate = rate }

    /// Whether the next request is to fail.
    func next() -> Bool {
        owed.withLock { owed in
            owed += rate
            guard owed >= 1 else { return false }
            owed -= 1
            return true
        }
    }
}
