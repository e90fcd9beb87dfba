import HTTP1
import Randomness

/// Where one request goes.
struct RouteDecision {
    var side: Side
    /// The `Set-Cookie` line the response gets, or empty.
    var cookieLine: [UInt8] = []
    var isMirrored = false
}

/// The routing table, made ready for the requests of one event loop.
struct Routes {
    private let match: [RequestMatch]
    private let weight: Int
    private let canaryCookie: StickyCookie?
    private let primaryCookie: StickyCookie?
    private let primary: [UpstreamPool]
    private let canary: [UpstreamPool]
    private var turn = 0
    private var sampler: WeightSampler
    private var mirrorSampler: WeightSampler

    init(random: SplitMix64) {
        var random = random
        match = []
        weight = 0
        (canaryCookie, primaryCookie, primary, canary) = (nil, nil, [], [])
        sampler = WeightSampler(share: 0, random: SplitMix64(seed: random.next()))
        mirrorSampler = WeightSampler(share: 0, random: SplitMix64(seed: random.next()))
    }

    /// The routes of a changed table; places in round robin and in samples are kept.
    init(_ table: RoutingTable, following old: Routes, pool: (Endpoint) -> UpstreamPool) {
        match = table.match
        weight = min(max(table.canaryWeight, 0), 100)
        primary = table.primary.map(pool)
        canary = table.canary.map(pool)
        canaryCookie = table.affinity.map { StickyCookie(name: $0.cookieName, affinity: $0) }
        primaryCookie = table.affinity.flatMap { affinity in
            affinity.primaryCookieName.map { StickyCookie(name: $0, affinity: affinity) }
        }
        turn = old.turn
        sampler = old.sampler
        sampler.change(to: weight)
        mirrorSampler = old.mirrorSampler
        mirrorSampler.change(to: table.mirrorPercent)
    }

    func pools(_ side: Side) -> [UpstreamPool] { side == .primary ? primary : canary }

    /// Decides about a request whose head is in `base`.
    mutating func decide(
        _ audience: Listener.Audience, _ base: UnsafePointer<UInt8>, _ fields: HeadFields
    ) -> RouteDecision {
        switch audience {
        case .side(let side): return RouteDecision(side: side)
        case .apex: break
        }
        if canary.isEmpty { return RouteDecision(side: .primary) }
        if primary.isEmpty { return RouteDecision(side: .canary) }
        if !match.isEmpty, match.contains(where: { fields.meet($0, in: base) }) {
            return RouteDecision(side: .canary)
        }
        var decision = byWeight(base, fields)
        if decision.side == .primary { decision.isMirrored = mirrorSampler.choose() }
        return decision
    }

    private mutating func byWeight(_ base: UnsafePointer<UInt8>, _ fields: HeadFields) -> RouteDecision {
        guard let canaryCookie, weight > 0 else {
            return RouteDecision(side: sampler.choose() ? .canary : .primary)
        }
        if fields.carry(canaryCookie, in: base) { return RouteDecision(side: .canary) }
        if weight < 100, let primaryCookie, fields.carry(primaryCookie, in: base) {
            return RouteDecision(side: .primary)
        }
        if sampler.choose() { return RouteDecision(side: .canary, cookieLine: canaryCookie.setLine) }
        return RouteDecision(side: .primary, cookieLine: primaryCookie?.setLine ?? [])
    }

    /// The next replica of a side in turn, passing over those that lately refused connections, and
    /// `avoided`, as long as there are others.
    mutating func next(_ side: Side, now: UInt64, avoiding avoided: UpstreamPool? = nil) -> UpstreamPool? {
        let pools = pools(side)
        guard pools.count > 1 else { return pools.first }
        turn = turn &+ 1 & Int.max
        for offset in 0..<pools.count {
            let pool = pools[(turn + offset) % pools.count]
            if pool !== avoided, pool.refusedUntil <= now { return pool }
        }
        return pools.first { $0 !== avoided }
    }
}

/// A sticky cookie in the form it is looked for and set.
struct StickyCookie {
    let name: [UInt8]
    let value: [UInt8]
    let setLine: [UInt8]

    init(name: String, affinity: SessionAffinity) {
        self.name = Array(name.utf8)
        value = Array(affinity.cookieValue.utf8)
        setLine = affinity.setCookieLine(name: name)
    }
}
