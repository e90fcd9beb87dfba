import Synchronization

/// Whether the service wants traffic: the answer of `/readyz`.
final class Readiness: Sendable {
    private struct State {
        var isEnabled: Bool
        var isDraining = false
    }

    private let state: Mutex<State>

    init(isReady: Bool) {
        state = Mutex(State(isEnabled: isReady))
    }

    /// True while enabled and not draining.
    var isReady: Bool { state.withLock { $0.isEnabled && !$0.isDraining } }

    /// True from the start of a graceful shutdown on; there is no way back.
    var isDraining: Bool { state.withLock { $0.isDraining } }

    func enable() { state.withLock { $0.isEnabled = true } }

    func disable() { state.withLock { $0.isEnabled = false } }

    func drain() { state.withLock { $0.isDraining = true } }
}
