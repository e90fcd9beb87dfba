import Rollout

/// One side of a simulated target: replicas that take time to become ready.
struct SimulatedSide: Sendable {
    var revision: Revision
    var startedAt: Int64
    /// Milliseconds until all replicas are ready; nil means never.
    var startup: Int64?
    /// Whether the replicas of the revision before serve until these do.
    var rolls: Bool

    func endpoints(at now: Int64, replicas: Int) -> Int {
        guard let startup else { return rolls ? replicas : 0 }
        let elapsed = now - startedAt
        if elapsed >= startup { return replicas }
        let started = Int(Int64(replicas) * elapsed / startup)
        return rolls ? max(started, replicas - started) : started
    }

    func isReady(at now: Int64) -> Bool {
        guard let startup else { return false }
        return now - startedAt >= startup
    }

    func state(at now: Int64, replicas: Int, survivors: Int?) -> WorkloadState {
        let serving = min(endpoints(at: now, replicas: replicas), survivors ?? replicas)
        let isReady = isReady(at: now) && serving == replicas
        return WorkloadState(
            readiness: isReady ? .ready : .unready("\(serving) of \(replicas) ready", endpoints: serving),
            revision: revision)
    }
}
