import KubernetesClient
import Synchronization

/// Which canary releases which target: the oldest one that names it.
final class TargetRegistry: Sendable {
    /// Names a target.
    struct Target: Hashable, Sendable {
        var namespace: String
        var kind: String
        var name: String
    }

    private struct State {
        var canaries: [Target: [ObjectKey: String]] = [:]
        var targets: [ObjectKey: Target] = [:]
    }

    private let state = Mutex(State())

    /// Notes what a canary releases.
    ///
    /// - Parameter creation: when the canary was created, as the server writes it.
    func note(_ canary: ObjectKey, releases target: Target, since creation: String) {
        state.withLock { state in
            if let old = state.targets[canary], old != target { state.canaries[old]?[canary] = nil }
            state.targets[canary] = target
            state.canaries[target, default: [:]][canary] = creation
        }
    }

    /// Forgets a canary.
    ///
    /// - Returns: those that name the same target.
    @discardableResult
    func forget(_ canary: ObjectKey) -> [ObjectKey] {
        state.withLock { state in
            guard let target = state.targets.removeValue(forKey: canary) else { return [] }
            state.canaries[target]?[canary] = nil
            if state.canaries[target]?.isEmpty == true { state.canaries[target] = nil }
            return Array(state.canaries[target, default: [:]].keys)
        }
    }

    /// The canary that releases a target.
    func owner(of target: Target) -> ObjectKey? {
        state.withLock { state in
            state.canaries[target]?.min { ($0.value, $0.key.name) < ($1.value, $1.key.name) }?.key
        }
    }

    /// The canaries that name a target.
    func canaries(of target: Target) -> [ObjectKey] {
        state.withLock { Array($0.canaries[target, default: [:]].keys) }
    }
}
