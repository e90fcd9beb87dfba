import Synchronization

/// Decides which requests fail so that any run of them has the wanted share of failures.
///
/// The sequence `frac(start + n·φ)` spreads evenly over [0, 1): after n requests the share is off by
/// about log(n)/n, where independent draws would be off by 1/√n. Only the start is random.
final class ErrorSchedule: Sendable {
    private let rate: Double
    private let position: Mutex<Double>

    /// - Parameter rate: share of requests to fail, 0 to 1.
    init(rate: Double, using generator: inout some RandomNumberGenerator) {
        self.rate = rate
        position = Mutex(Double.random(in: 0..<1, using: &generator))
    }

    /// Whether the next request is to fail.
    func nextFails() -> Bool {
        position.withLock { position in
            position += 0.618_033_988_749_894_8
            if position >= 1 { position -= 1 }
            return position < rate
        }
    }
}
