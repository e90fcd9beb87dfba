import Randomness

/// What goes wrong with the effects of a scenario, until it settles.
public struct Faults: Equatable, Sendable {
    /// What happens to one effect.
    public enum Kind: Equatable, Sendable, CaseIterable {
        /// It fails and is not applied.
        case failsBefore
        /// It is applied and reported as failed.
        case failsAfter
        /// The process dies before it.
        case crashBefore
        /// The process dies after it.
        case crashAfter
    }

    /// The probability of each kind at each effect.
    public var probability: [Kind: Double] = [:]
    /// One fault at exactly this effect, counted from 1.
    public var planned: Planned?

    /// One fault at one effect.
    public struct Planned: Equatable, Sendable {
        /// Which effect, counted from 1.
        public var step: Int
        /// What happens to it.
        public var kind: Kind

        /// Makes a planned fault.
        public init(step: Int, kind: Kind) {
            self.step = step
            self.kind = kind
        }
    }

    /// Nothing goes wrong.
    public static let none = Faults()

    /// Makes faults.
    public init(probability: [Kind: Double] = [:], planned: Planned? = nil) {
        self.probability = probability
        self.planned = planned
    }

    /// What happens to an effect, nil for nothing.
    func strike(step: Int, isSettled: Bool, random: inout SplitMix64) -> Kind? {
        if let planned, planned.step == step { return planned.kind }
        guard !isSettled, !probability.isEmpty else { return nil }
        for kind in Kind.allCases where random.chance(probability[kind] ?? 0) { return kind }
        return nil
    }
}

/// The failure of a simulated effect.
public struct SimulatedFailure: Error, CustomStringConvertible {
    /// What failed.
    public var description: String
}
