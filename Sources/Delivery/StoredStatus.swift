public import Rollout

/// A rollout's status as it is kept in a database or a resource: stable names, so that later versions read it.
public struct StoredStatus: Codable, Sendable {
    struct StoredRevision: Codable {
        var spec: String
        var configuration: String
    }

    var phase: String?
    var weight: Int
    var isMirrored: Bool
    var isMatched: Bool
    var iterations: Int
    var failedChecks: Int
    var lastApplied: StoredRevision?
    var lastPromoted: StoredRevision?
    var passedHooks: [String]
    var isAnalysing: Bool
    var waitKind: String?
    var waitHook: String?
    var waitingSince: Int64?
    var stallKind: String?
    var stallEffect: String?
    var stalledSince: Int64?
    var owed: String?
    var lastTransition: Int64?

    /// Makes the form that is kept.
    public init(_ status: RolloutStatus) {
        phase = status.phase?.rawValue
        weight = status.routes.canaryWeight
        isMirrored = status.routes.isMirrored
        isMatched = status.routes.isMatched
        iterations = status.iterations
        failedChecks = status.failedChecks
        lastApplied = status.lastApplied.map {
            StoredRevision(spec: $0.spec, configuration: $0.configuration)
        }
        lastPromoted = status.lastPromoted.map {
            StoredRevision(spec: $0.spec, configuration: $0.configuration)
        }
        passedHooks = status.passedHooks.sorted()
        isAnalysing = status.isAnalysing
        switch status.wait {
        case .approval(let hook): (waitKind, waitHook) = ("approval", hook)
        case .resume: waitKind = "resume"
        case nil: break
        }
        waitingSince = status.waitingSince?.milliseconds
        switch status.stall {
        case .primary: stallKind = "primary"
        case .canary: stallKind = "canary"
        case .effect(let kind): (stallKind, stallEffect) = ("effect", kind)
        case nil: break
        }
        stalledSince = status.stalledSince?.milliseconds
        owed = status.owed?.rawValue
        lastTransition = status.lastTransition?.milliseconds
    }

    /// The status; what a later version knows and this one does not is left out.
    public var status: RolloutStatus {
        var status = RolloutStatus()
        status.phase = phase.flatMap(Phase.init(rawValue:))
        status.routes = Routes(canaryWeight: weight, isMirrored: isMirrored, isMatched: isMatched)
        status.iterations = iterations
        status.failedChecks = failedChecks
        status.lastApplied = lastApplied.map { Revision(spec: $0.spec, configuration: $0.configuration) }
        status.lastPromoted = lastPromoted.map { Revision(spec: $0.spec, configuration: $0.configuration) }
        status.passedHooks = Set(passedHooks)
        status.isAnalysing = isAnalysing
        status.wait =
            switch waitKind {
            case "approval": .approval(hook: waitHook ?? "")
            case "resume": .resume
            default: nil
            }
        status.waitingSince = waitingSince.map(Timestamp.init(milliseconds:))
        status.stall =
            switch stallKind {
            case "primary": .primary
            case "canary": .canary
            case "effect": .effect(stallEffect ?? "")
            default: nil
            }
        status.stalledSince = stalledSince.map(Timestamp.init(milliseconds:))
        status.owed = owed.flatMap(RolloutStatus.Ending.init(rawValue:))
        status.lastTransition = lastTransition.map(Timestamp.init(milliseconds:))
        return status
    }
}
