extension Rollout {
    /// First sight of a target: primary is created from it. No hook but `event` is called.
    mutating func takeOver(_ found: Observation) {
        status.phase = .initializing
        status.lastApplied = found.target
        write()
        if plan.skipsAnalysis {
            effects.append(.initialise(found.target))
        } else {
            effects.append(.verifyMetrics)
            stage = .verifyingMetrics
        }
    }

    mutating func take(verification failure: String?) {
        guard let found = observation else { return }
        if let failure {
            announce(.warning(.initializing, "Error checking metric providers: \(failure)"))
        } else {
            announce(.normal(.initializing, "all the metrics providers are available!"))
        }
        effects.append(.initialise(found.target))
    }

    /// Waits until primary serves; then the apex points at it and the target is scaled to zero.
    mutating func initialise(_ found: Observation) {
        if found.target != status.lastApplied {
            status.lastApplied = found.target
            write()
            effects.append(.initialise(found.target))
            return
        }
        guard found.primary.isReady(at: found.target) else { return awaitFirstPrimary(found) }
        effects.append(.route(.primary))
        effects.append(.scaleDown)
        status.routes = .primary
        status.phase = .initialized
        status.lastPromoted = found.target
        clearWaits()
        write()
        announce(.normal(.initialized, "Initialization done! \(plan.names.canary)"))
        alert(
            Alert(
                .info, "New \(plan.names.targetKind) detected, initialization completed.",
                includesMetadata: true))
    }

    private mutating func awaitFirstPrimary(_ found: Observation) {
        let complaint = "\(plan.names.primary) not ready: \(found.primary.complaint)"
        let isLate = stall(on: .primary, .warning(.notReady, complaint))
        if isLate {
            status.phase = .failed
            clearWaits()
            write()
            announce(
                .warning(.rolledBack, "Initialization of \(plan.names.canary) failed, progress deadline exceeded: \(complaint)"))
            alert(Alert(.error, "Initialization failed, progress deadline exceeded: \(complaint)"))
        } else if found.primary.readiness == .absent || !runs(found.primary, found.target) {
            effects.append(.initialise(found.target))
        }
    }

    /// Whether a side runs a revision or is being moved to it; an unknown one is taken for it.
    func runs(_ side: WorkloadState, _ revision: Revision?) -> Bool {
        side.revision == nil || side.revision == revision
    }
}
