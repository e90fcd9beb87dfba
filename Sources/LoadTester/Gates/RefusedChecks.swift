public import Foundation

/// A rollout that is held by a gate: the checks refused since the gate last let it pass.
public struct RefusedCheck: Sendable, Hashable {
    /// How many checks in a row were refused.
    public var count: Int
    /// When the last one was refused.
    public var lastAt: Date
    /// The rollout's phase at that time.
    public var phase: String
    /// The revision that waits.
    public var checksum: String
}

/// Remembers which gates were asked and refused, for the newest `limit` gates.
///
/// In memory: a waiting rollout asks again within its interval.
struct RefusedChecks: Sendable {
    private var byKey: [GateKey: RefusedCheck] = [:]
    private let limit: Int

    init(limit: Int = 4096) { self.limit = limit }

    var all: [GateKey: RefusedCheck] { byKey }

    subscript(key: GateKey) -> RefusedCheck? { byKey[key] }

    mutating func refuse(_ key: GateKey, phase: String, checksum: String, at now: Date) {
        if byKey[key] == nil, byKey.count >= limit { dropOldest() }
        let count = byKey[key]?.count ?? 0
        byKey[key] = RefusedCheck(count: count + 1, lastAt: now, phase: phase, checksum: checksum)
    }

    mutating func pass(_ key: GateKey) {
        guard !byKey.isEmpty else { return }
        byKey[key] = nil
    }

    mutating func forget(namespace: String, name: String) {
        byKey = byKey.filter { $0.key.namespace != namespace || $0.key.name != name }
    }

    /// Drops the older half at once, so that a flood of names costs little for each.
    private mutating func dropOldest() {
        let newestFirst = byKey.sorted { $0.value.lastAt > $1.value.lastAt }
        byKey = Dictionary(uniqueKeysWithValues: newestFirst.prefix(limit / 2).map { ($0.key, $0.value) })
    }
}
