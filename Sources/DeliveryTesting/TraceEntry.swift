public import Delivery
public import Rollout

/// One line of what happened in a simulated world.
public struct TraceEntry: Sendable, CustomStringConvertible {
    /// What happened.
    public enum Happening: Sendable {
        case tick(Int)
        case looked(WorkloadObservation)
        case did(String)
        case routed(Routes)
        case saved(RolloutStatus)
        case announced(String)
        case asked(hook: String, answer: Int?)
        case user(UserAction.Deed)
        case fault(Faults.Kind)
        case note(String)
    }

    /// When, in virtual milliseconds.
    public var time: Int64
    /// What happened.
    public var happening: Happening

    /// The moment and what happened.
    public var description: String { "\(time) ms  \(text)" }

    private var text: String {
        switch happening {
        case .tick(let number): "--- tick \(number)"
        case .looked(let found):
            "looked: target \(found.target.spec), primary \(Self.words(found.primary)), "
                + "canary \(Self.words(found.canary))"
        case .did(let what): what
        case .routed(let routes): "routed \(Self.words(routes))"
        case .saved(let status): "saved \(Self.words(status))"
        case .announced(let text): "announced: \(text)"
        case .asked(let hook, let answer): "asked \(hook): \(answer.map(String.init) ?? "no answer")"
        case .user(let deed): "USER \(deed)"
        case .fault(let kind): "FAULT \(kind)"
        case .note(let text): text
        }
    }

    static func words(_ state: WorkloadState) -> String {
        let revision = state.revision?.spec ?? "-"
        return switch state.readiness {
        case .absent: "absent"
        case .ready: "\(revision) ready"
        case .unready(_, let endpoints): "\(revision) unready (\(endpoints) endpoints)"
        }
    }

    static func words(_ routes: Routes) -> String {
        "\(routes.canaryWeight)\(routes.isMirrored ? " mirrored" : "")\(routes.isMatched ? " matched" : "")"
    }

    static func words(_ status: RolloutStatus) -> String {
        var words = "\(status.phase?.rawValue ?? "-") weight \(Self.words(status.routes))"
        words += " iterations \(status.iterations) failed \(status.failedChecks)"
        words += " applied \(status.lastApplied?.spec ?? "-") promoted \(status.lastPromoted?.spec ?? "-")"
        if status.isAnalysing { words += " analysing" }
        if let wait = status.wait { words += " wait \(wait)" }
        if let stall = status.stall { words += " stall \(stall)" }
        if let owed = status.owed { words += " owed \(owed)" }
        if !status.passedHooks.isEmpty { words += " passed \(status.passedHooks.sorted())" }
        return words
    }
}
