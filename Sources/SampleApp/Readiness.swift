import Hummingbird
import Synchronization

/// Whether the service says it is ready.
final class Readiness: Sendable {
    private let isEnabled: Mutex<Bool>
    private let readyAt: ContinuousClock.Instant

    init(isEnabled: Bool, delay: Duration) {
        self.isEnabled = Mutex(isEnabled)
        readyAt = ContinuousClock.now + delay
    }

    func enable(_ isEnabled: Bool) { self.isEnabled.withLock { $0 = isEnabled } }

    var response: HTTPResponse.Status {
        isEnabled.withLock { $0 } && ContinuousClock.now >= readyAt ? .ok : .serviceUnavailable
    }
}
