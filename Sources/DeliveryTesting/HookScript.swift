import Randomness

/// How a simulated webhook answers: a function of virtual time and state, never of real time.
public struct HookScript: Equatable, Sendable {
    /// What it answers until the scenario settles.
    public enum Answer: Equatable, Sendable {
        /// 200.
        case passes
        /// This HTTP status, which is no pass.
        case refuses(status: Int)
        /// 403 before this moment, 200 from then on.
        case opens(at: Int64)
        /// 200 before this moment, 403 from then on.
        case closes(at: Int64)
        /// 200 and 403 in turns of this many milliseconds.
        case flaps(every: Int64)
        /// 403 until the rollout has durably waited for this very hook, 200 from then on.
        case opensOnceAwaited
        /// 200 with this probability, in percent, at each call.
        case passesSometimes(percent: Int)
        /// No answer within its time-out.
        case stalls
    }

    /// What it answers until the scenario settles.
    public var answer: Answer
    /// Whether it passes once the scenario has settled; nil means that nothing changes then.
    public var settledPass: Bool?
    /// How long an answer takes, in milliseconds.
    public var latency: Int64

    /// How long a caller waits for an answer, in milliseconds.
    static let timeout: Int64 = 10_000

    /// Makes a script.
    public init(_ answer: Answer, settledPass: Bool? = nil, latency: Int64 = 5) {
        self.answer = answer
        self.settledPass = settledPass
        self.latency = latency
    }

    /// The status of an answer, nil for none.
    func status(at now: Int64, isSettled: Bool, wasAwaited: Bool, random: inout SplitMix64) -> Int? {
        if isSettled, let settledPass { return settledPass ? 200 : 403 }
        switch answer {
        case .passes: return 200
        case .refuses(let status): return status
        case .opens(let moment): return now >= moment ? 200 : 403
        case .closes(let moment): return now >= moment ? 403 : 200
        case .flaps(let period): return (now / period) % 2 == 0 ? 200 : 403
        case .opensOnceAwaited: return wasAwaited ? 200 : 403
        case .passesSometimes(let percent): return random.chance(Double(percent) / 100) ? 200 : 500
        case .stalls: return nil
        }
    }
}
