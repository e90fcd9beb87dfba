@testable import Rollout

extension Revision {
    static let one = Revision(spec: "1.0.0")
    static let two = Revision(spec: "2.0.0")
    static let three = Revision(spec: "3.0.0")
}

extension WorkloadState {
    static func at(_ revision: Revision) -> WorkloadState {
        WorkloadState(readiness: .ready, revision: revision)
    }

    static func unready(_ revision: Revision, endpoints: Int = 1) -> WorkloadState {
        WorkloadState(readiness: .unready("1 of 2 ready", endpoints: endpoints), revision: revision)
    }
}

extension Timestamp {
    static func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }
}

extension Routes {
    static func weight(_ canary: Int) -> Routes { Routes(canaryWeight: canary) }
}

extension Hook {
    static func of(_ types: HookType...) -> [Hook] {
        types.enumerated().map { Hook(index: $0, name: "h-\($1.wireName)", type: $1) }
    }
}

extension Plan {
    /// A plan of `app.test` with steps of 30 up to 60.
    static func stepped(_ hooks: [Hook] = [], change: (inout Plan) -> Void = { _ in }) -> Plan {
        with(.stepped(by: 30, upTo: 60), hooks, change: change)
    }

    static func with(
        _ strategy: Strategy, _ hooks: [Hook] = [], change: (inout Plan) -> Void = { _ in }
    ) -> Plan {
        var plan = Plan(
            names: Names(canary: "app", target: "app", namespace: "test", targetKind: "Process"),
            strategy: strategy, threshold: 2, hooks: hooks, progressDeadline: .seconds(60))
        change(&plan)
        return plan
    }
}

extension RolloutStatus {
    /// This status with changes.
    func with(_ change: (inout RolloutStatus) -> Void) -> RolloutStatus {
        var changed = self
        change(&changed)
        return changed
    }

    /// This status in another phase, entered at this moment.
    func moved(to phase: Phase, at seconds: Int64, _ change: (inout RolloutStatus) -> Void = { _ in })
        -> RolloutStatus
    {
        with {
            $0.phase = phase
            $0.lastTransition = .at(seconds)
            change(&$0)
        }
    }

    /// Revision one is promoted and nothing else was ever seen.
    static let initialized = RolloutStatus().moved(to: .initialized, at: 0) {
        $0.lastApplied = .one
        $0.lastPromoted = .one
    }

    /// Revision two was confirmed and scaled up.
    static let progressing = initialized.moved(to: .progressing, at: 0) { $0.lastApplied = .two }

    /// Revision two passed its tests without traffic and gets this weight.
    static func analysing(_ weight: Int) -> RolloutStatus {
        progressing.with {
            $0.isAnalysing = true
            $0.routes = .weight(weight)
        }
    }

    /// Revision two is being copied to primary.
    static func promoting(_ weight: Int) -> RolloutStatus {
        analysing(weight).with { $0.phase = .promoting }
    }
}

extension [Effect] {
    /// The hooks asked, in order.
    var asked: [String] {
        compactMap { if case .ask(let call) = $0 { call.hook.type.wireName } else { nil } }
    }

    /// The words announced, in order.
    var announced: [String] {
        compactMap { if case .announce(let announcement) = $0 { announcement.text } else { nil } }
    }

    /// The splits asked for, in order.
    var routed: [Routes] {
        compactMap { if case .route(let routes) = $0 { routes } else { nil } }
    }

    /// The effects without announcements and alerts.
    var deeds: [Effect] {
        filter {
            switch $0 {
            case .announce, .alert: false
            default: true
            }
        }
    }
}

/// The call of a plan's hook for the revision that a status has in hand.
func ask(_ plan: Plan, _ type: HookType, phase: Phase = .progressing, _ status: RolloutStatus) -> Effect {
    let hook = plan.hooks.first { $0.type == type } ?? Hook(index: -1, name: "missing", type: type)
    return .ask(HookCall(hook: hook, phase: phase, revision: status.lastApplied ?? .two, status: status))
}
