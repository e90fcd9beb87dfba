/// Where requests go: the replicas of both sides and how traffic is split between them.
public struct RoutingTable: Equatable, Sendable {
    /// Replicas of the primary that are ready.
    public var primary: [Endpoint]
    /// Replicas of the canary that are ready.
    public var canary: [Endpoint]
    /// The share of requests that go to the canary, in percent; values outside 0...100 count as the nearest.
    public var canaryWeight: Int
    /// A request that meets any of these goes to the canary; the others go by weight.
    public var match: [RequestMatch]
    /// The share of the primary's requests that are copied to the canary, in percent; 0 is off.
    public var mirrorPercent: Int
    /// The sticky cookie; it holds while ``canaryWeight`` is above 0.
    public var affinity: SessionAffinity?

    /// Makes a table; by default nobody is served and all traffic belongs to the primary.
    public init(
        primary: [Endpoint] = [], canary: [Endpoint] = [], canaryWeight: Int = 0,
        match: [RequestMatch] = [], mirrorPercent: Int = 0, affinity: SessionAffinity? = nil
    ) {
        self.primary = primary
        self.canary = canary
        self.canaryWeight = canaryWeight
        self.match = match
        self.mirrorPercent = mirrorPercent
        self.affinity = affinity
    }

    func endpoints(_ side: Side) -> [Endpoint] { side == .primary ? primary : canary }
}
