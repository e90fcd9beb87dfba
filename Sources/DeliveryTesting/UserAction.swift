public import Rollout

/// Something a user or another hand does to a simulated world.
public struct UserAction: Equatable, Sendable {
    /// When it is done; actions are done in order, each after the one before.
    public enum Trigger: Equatable, Sendable {
        /// At this virtual moment, in milliseconds.
        case at(Int64)
        /// As soon as the status durably enters this phase.
        case entering(Phase)
    }

    /// What is done.
    public enum Deed: Equatable, Sendable {
        /// The target is changed to this revision, by its number.
        case release(Int)
        /// `suspend` is set.
        case suspend(Bool)
        /// The rollout is paused or resumed.
        case pause(Bool)
        /// The rollout is aborted, or the wish withdrawn with nil.
        case abort(String?)
        /// `skipAnalysis` is set.
        case skipAnalysis(Bool)
        /// The interval between ticks is changed, in milliseconds.
        case interval(Int64)
        /// Another hand moves the traffic.
        case drift(Routes)
    }

    /// When it is done.
    public var trigger: Trigger
    /// What is done.
    public var deed: Deed

    /// Makes an action.
    public init(_ trigger: Trigger, _ deed: Deed) {
        self.trigger = trigger
        self.deed = deed
    }
}
