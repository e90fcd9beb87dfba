@testable import Rollout

/// Runs a plan from first sight of a target to the end of one rollout, against sides that are ready one tick after
/// they were asked for, and writes down what is visible from outside.
struct Rehearsal {
    private let answers: [String: [String]]
    private let plan: Plan
    private var status = RolloutStatus()
    private var calls: [String: Int] = [:]
    private var primary = WorkloadState.absent
    private var canary = WorkloadState.absent
    private(set) var lines: [String] = []

    /// - Parameters:
    ///   - plan: what to run.
    ///   - answers: the answers of a hook type in order, the last one for ever; without any a hook says `200 OK`,
    ///     `rollback` says `403 Forbidden`.
    init(_ plan: Plan, answers: [String: [String]] = [:]) {
        self.plan = plan
        self.answers = answers
    }

    /// The lines of `ticks` ticks; the target changes once primary is initialised.
    static func lines(_ plan: Plan, answers: [String: [String]], ticks: Int) -> [String] {
        var rehearsal = Rehearsal(plan, answers: answers)
        for tick in 0..<ticks { rehearsal.tick(at: Int64(tick * 10)) }
        return rehearsal.lines
    }

    private mutating func tick(at seconds: Int64) {
        var rollout = Rollout(plan: plan, status: status)
        let observation = Observation(
            now: .at(seconds), target: status.lastPromoted == nil ? .one : .two, primary: primary,
            canary: canary, routes: status.routes)
        var event: Event? = .tick(observation)
        while let happened = event {
            event = nil
            for effect in rollout.advance(happened) { event = perform(effect) }
        }
    }

    private mutating func perform(_ effect: Effect) -> Event? {
        switch effect {
        case .initialise(let revision), .promote(let revision): primary = .at(revision)
        case .scaleUp(let revision): canary = .at(revision)
        case .scaleDown: canary = .absent
        case .writeStatus(let written): status = written
        case .announce(let announcement):
            lines.append("EVENT \(announcement.severity.rawValue) [\(phase)] \(announcement.text)")
        case .ask(let call): return .hookAnswered(answer(call))
        case .verifyMetrics: return .metricsVerified(failure: nil)
        case .checkMetrics: return .metricsChecked(failure: nil)
        case .route, .alert: break
        }
        return nil
    }

    private var phase: String { status.phase?.rawValue ?? "" }

    private mutating func answer(_ call: HookCall) -> HookAnswer {
        let type = call.hook.type.wireName
        let script = answers[type] ?? [type == "rollback" ? "403 Forbidden" : "200 OK"]
        let text = script[min(calls[type, default: 0], script.count - 1)]
        calls[type, default: 0] += 1
        lines.append("HOOK \(type) phase=\(call.phase.rawValue) -> \(text)")
        let code = Int(text.prefix(3)) ?? 0
        let body = String(text.dropFirst(4))
        return (200...202).contains(code) ? .passed : .refused(body.isEmpty ? "HTTP \(code)" : body)
    }
}
