/// How the apex's traffic is split between primary and canary.
public struct Routes: Hashable, Sendable {
    /// Share of requests that go to the canary, 0 to 100; the rest goes to primary.
    public var canaryWeight: Int
    /// Whether primary's requests are copied to the canary, whose answers are dropped.
    public var isMirrored: Bool
    /// Whether requests that match the A/B conditions go to the canary.
    public var isMatched: Bool

    /// All traffic goes to primary.
    public static let primary = Routes()

    /// Makes a split; by default all of it goes to primary.
    public init(canaryWeight: Int = 0, isMirrored: Bool = false, isMatched: Bool = false) {
        self.canaryWeight = canaryWeight
        self.isMirrored = isMirrored
        self.isMatched = isMatched
    }

    /// Share of requests that go to primary, 0 to 100.
    public var primaryWeight: Int { 100 - canaryWeight }

    /// Whether the canary gets any request, mirrored ones included.
    public var reachesCanary: Bool { canaryWeight > 0 || isMirrored || isMatched }
}
