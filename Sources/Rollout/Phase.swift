/// Where a rollout stands, as users see it in `kubectl get canaries` and `aviary get canaries`.
///
/// `initializing` leads to `initialized` (or `failed`); a new revision leads from `initialized`, `succeeded`
/// or `failed` through `waiting` and `progressing` to `waitingPromotion`, `promoting`, `finalising` and
/// `succeeded`, or to `failed` from any of them. `terminating` and `terminated` belong to deletion.
public enum Phase: String, Sendable, Hashable, CaseIterable {
    case initializing = "Initializing"
    case initialized = "Initialized"
    case waiting = "Waiting"
    case progressing = "Progressing"
    case waitingPromotion = "WaitingPromotion"
    case promoting = "Promoting"
    case finalising = "Finalising"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case terminating = "Terminating"
    case terminated = "Terminated"

    /// Whether no rollout is under way: the next thing to happen is a new revision.
    public var isAtRest: Bool {
        switch self {
        case .initialized, .succeeded, .failed: true
        default: false
        }
    }

    /// Whether a rollback hook is asked in this phase (peer documentation: Progressing and Waiting states).
    public var asksRollback: Bool {
        switch self {
        case .waiting, .progressing, .waitingPromotion: true
        default: false
        }
    }
}
