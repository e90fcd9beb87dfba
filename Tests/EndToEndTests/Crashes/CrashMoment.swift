import Testing

/// A moment at which a daemon is killed, and how the rollout ends with or without it.
struct CrashMoment: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// What the daemon has shown when it is killed.
    var phase: String
    var weight: Int? = nil
    /// Answers that hold the rollout at the moment until the daemon is started again.
    var held: [String: HookServer.Answer] = [:]
    /// The answers afterwards, where they differ from 200.
    var afterwards: [String: HookServer.Answer] = [:]
    var end = "Succeeded"
    /// Whether the daemon is killed before a new revision is there.
    var isFirstRevision = false
    /// Whether primary is replaced around the kill, so that its processes change.
    var replacesPrimary = false
    var appArguments: [String] = []

    static let refusal = HookServer.Answer.status(403, body: "not yet")
    static let slow = HookServer.Answer.status(200, body: "OK", delay: .seconds(5))
    static let broken = HookServer.Answer.status(500, body: "broken")

    static let all = [
        CrashMoment(
            testDescription: "Initializing", phase: "Initializing", isFirstRevision: true,
            // Killed before it was recorded, a process is replaced rather than adopted.
            replacesPrimary: true, appArguments: ["--startup-delay", "3s"]),
        CrashMoment(testDescription: "Waiting", phase: "Waiting", held: ["confirm-rollout": refusal]),
        CrashMoment(
            testDescription: "Progressing, at weight 0", phase: "Progressing", weight: 0,
            held: ["pre-rollout": slow]),
        CrashMoment(
            testDescription: "Progressing, with traffic on the canary", phase: "Progressing", weight: 25,
            held: ["rollout": slow]),
        CrashMoment(
            testDescription: "WaitingPromotion", phase: "WaitingPromotion", weight: 50,
            held: ["confirm-promotion": refusal]),
        CrashMoment(
            testDescription: "Promoting", phase: "Promoting", replacesPrimary: true,
            appArguments: ["--startup-delay", "2s"]),
        CrashMoment(testDescription: "Finalising", phase: "Finalising", replacesPrimary: true),
        CrashMoment(
            testDescription: "Succeeded, while post-rollout is called", phase: "Succeeded",
            held: ["post-rollout": slow], replacesPrimary: true),
        CrashMoment(
            testDescription: "a rollback, while post-rollout is called", phase: "Failed",
            held: ["rollout": broken, "post-rollout": slow], afterwards: ["rollout": broken], end: "Failed"),
    ]
}
