extension Rollout {
    /// First sight of a target: primary is created from it. No hook but `event` is called.
    mutating func takeOver(_ found: Observation) {
        status.phase = .initializing
        status.lastApplied = found.target
        write()
        if plan.skipsAnalysis { createPrimary(found) } else { verifyMetrics(isPrimaryReady: false) }
    }

    private mutating func verifyMetrics(isPrimaryReady: Bool) {
        effects.append(.verifyMetrics)
        stage = .verifyingMetrics(isPrimaryReady: isPrimaryReady)
    }

    mutating func take(verification failure: String?, isPrimaryReady: Bool) {
        guard let found = observation else { return }
        tell(verification: failure)
        if isPrimaryReady { pointAtPrimary(found) } else { createPrimary(found) }
    }

    private mutating func tell(verification failure: String?) {
        // A step that keeps failing was told: the metrics before it are checked again, and not news again.
        if case .effect = status.stall { return }
        if let failure {
            announce(.warning(.initializing, "Error checking metric providers: \(failure)"))
        } else {
            announce(.normal(.initializing, "all the metrics providers are available!"))
        }
    }

    private mutating func createPrimary(_ found: Observation) {
        effects.append(.initialise(found.target))
        guard !found.primary.isReady(at: found.target) else { return }
        if stall(on: .primary, .warning(.notReady, complaint(about: found.primary))) { write() }
    }

    /// Waits until primary serves; then the apex points at it and the target is scaled to zero.
    mutating func initialise(_ found: Observation) {
        if found.target != status.lastApplied {
            status.lastApplied = found.target
            clearStall()
            write()
            effects.append(.initialise(found.target))
            return
        }
        guard found.primary.isReady(at: found.target) else { return awaitFirstPrimary(found) }
        if plan.skipsAnalysis { pointAtPrimary(found) } else { verifyMetrics(isPrimaryReady: true) }
    }

    private mutating func pointAtPrimary(_ found: Observation) {
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
        let complaint = complaint(about: found.primary)
        if stall(on: .primary, .warning(.notReady, complaint)) {
            status.phase = .failed
            clearWaits()
            write()
            announce(
                .warning(
                    .rolledBack,
                    "Initialization of \(plan.names.canary) failed, progress deadline exceeded: \(complaint)")
            )
            alert(Alert(.error, "Initialization failed, progress deadline exceeded: \(complaint)"))
        } else if found.primary.readiness == .absent || !runs(found.primary, found.target) {
            effects.append(.initialise(found.target))
        }
    }

    private func complaint(about primary: WorkloadState) -> String {
        "\(plan.names.primary) not ready: \(primary.complaint)"
    }

    /// Whether a side runs a revision or is being moved to it; an unknown one is taken for it.
    func runs(_ side: WorkloadState, _ revision: Revision?) -> Bool {
        side.revision == nil || side.revision == revision
    }
}
