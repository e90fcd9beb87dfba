/// One place where a rollout here shows something else than what was measured on the peer.
struct Difference {
    /// The number of the peer's defect in the notes on the measurements; nil for what is standalone's own.
    var number: Int?
    /// Why ours is right.
    var why: String
    /// What the peer showed, one line after the other.
    var peer: [String]
    /// What ours shows in that place.
    var ours: [String]

    init(_ number: Int?, _ why: String, peer: [String], ours: [String]) {
        self.number = number
        self.why = why
        self.peer = peer
        self.ours = ours
    }

    /// The measured lines with the differences in place of what the peer showed, each after the one before.
    ///
    /// - Throws: when the peer never showed what a difference says.
    static func apply(_ differences: [Difference], to measured: [String]) throws -> [String] {
        var (done, left) = ([String](), measured[...])
        for difference in differences {
            guard let start = left.indices.first(where: { left[$0...].starts(with: difference.peer) }) else {
                throw Stale(difference: difference)
            }
            done += left[..<start] + difference.ours
            left = left[(start + difference.peer.count)...]
        }
        return done + left
    }

    struct Stale: Error { var difference: Difference }
}

/// Lines that several timelines have in common.
enum Line {
    static let providers = "EVENT Normal [Initializing] all the metrics providers are available!"
    static let rollout = "HOOK rollout phase=Progressing -> 200 'OK'"

    static func rollbackAsked(_ phase: String) -> [String] {
        [
            "HOOK rollback phase=\(phase) -> 403 'Forbidden'",
            "EVENT Normal [\(phase)] Rollback hook h-rollback not signaling a rollback",
        ]
    }

    static let promotionConfirmed = [
        "HOOK confirm-promotion phase=Progressing -> 200 'OK'",
        "EVENT Normal [Progressing] Confirm-promotion check h-confirm-promotion passed",
    ]
}

extension Difference {
    /// Every timeline begins with it.
    static func initialisation(_ canary: String, _ namespace: String) -> Difference {
        let notReady =
            "EVENT Warning [Initializing] \(canary)-primary.\(namespace) not ready: waiting for rollout to finish: "
        return Difference(
            nil, "a process has no generation to observe",
            peer: [notReady + "observed deployment generation less than desired generation"],
            ours: [notReady + "no replicas yet"])
    }

    /// Every blue/green promotion has these.
    static let blueGreenPromotion = Difference(
        4,
        "one promotion is confirmed once, and in the tick that asks it starts; the built-in proxy shifts traffic",
        peer: Line.promotionConfirmed + Line.rollbackAsked("Progressing") + [Line.rollout]
            + Line.promotionConfirmed,
        ours: Line.promotionConfirmed + ["EVENT Normal [Progressing] Routing all traffic to canary"])

    static func blueGreenReturn(_ copied: String) -> Difference {
        Difference(
            nil, "the built-in proxy brings the traffic back",
            peer: [copied], ours: [copied, "EVENT Normal [Promoting] Routing all traffic to primary"])
    }

    static func blueGreenStatuses(failedChecks: Int) -> Difference {
        Difference(
            4,
            "there is no sixth of five iterations, and the canary has all traffic while primary is replaced",
            peer: [
                "Progressing iter=6 failed=\(failedChecks) weight=0",
                "Promoting iter=6 failed=\(failedChecks) weight=0",
            ],
            ours: ["Promoting iter=5 failed=\(failedChecks) weight=100"])
    }

    /// Every weighted rollout has it.
    static func increaseAtMaximum(_ advanced: String) -> Difference {
        let tick = [advanced] + Line.rollbackAsked("Progressing") + [Line.rollout]
        let asked = [
            "HOOK confirm-traffic-increase phase=Progressing -> 200 'OK'",
            "EVENT Normal [Progressing] Confirm-traffic-increase check h-confirm-traffic-increase passed",
        ]
        return Difference(3, "nothing increases at the maximum weight", peer: tick + asked, ours: tick)
    }
}
