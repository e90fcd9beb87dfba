import Rollout

extension WorldState {
    /// Performs an effect of the process, unless a fault strikes it.
    ///
    /// - Parameters:
    ///   - check: looks at the invariants before it is applied.
    ///   - apply: changes the world.
    /// - Throws: `SimulatedFailure` when it is reported as failed, `CancellationError` when the process is dead.
    mutating func effect(
        _ happening: TraceEntry.Happening, check: (inout WorldState) -> Void,
        apply: (inout WorldState) throws -> Void
    ) throws {
        guard !isDead else { throw CancellationError() }
        pass(Int64(random.pick(1...20)))
        steps += 1
        ledger.tick.deeds += 1
        let fault = scenario.faults.strike(step: steps, isSettled: isSettled, random: &random)
        if let fault { try strike(fault, isAfter: false) }
        note(happening)
        check(&self)
        try apply(&self)
        checkTable()
        if let fault { try strike(fault, isAfter: true) }
    }

    /// Something that can't fail but may be the last thing that a process does.
    ///
    /// - Returns: whether it is done at all.
    mutating func beginInfallible() -> Bool {
        guard !isDead else { return false }
        steps += 1
        switch scenario.faults.strike(step: steps, isSettled: isSettled, random: &random) {
        case .crashBefore:
            die(.crashBefore)
            return false
        case .crashAfter: ledger.tick.diesAfter = true
        case .failsBefore, .failsAfter, nil: break
        }
        return true
    }

    mutating func endInfallible() {
        if ledger.tick.diesAfter { die(.crashAfter) }
    }

    private mutating func strike(_ fault: Faults.Kind, isAfter: Bool) throws {
        switch (fault, isAfter) {
        case (.failsBefore, false), (.failsAfter, true):
            ledger.tick.hadFault = true
            note(.fault(fault))
            throw SimulatedFailure(description: "simulated failure")
        case (.crashBefore, false), (.crashAfter, true):
            die(fault)
            throw CancellationError()
        default: break
        }
    }

    private mutating func die(_ fault: Faults.Kind) {
        ledger.tick.hadFault = true
        ledger.tick.diesAfter = false
        isDead = true
        note(.fault(fault))
    }
}
