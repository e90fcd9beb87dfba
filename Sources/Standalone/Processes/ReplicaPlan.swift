/// What to start and what to retire, so that the desired replicas run and ready ones never get fewer.
///
/// New replicas are all started at once, and an old one is retired when the others that are ready are
/// still as many as desired. One that crashed is kept as long, if it was ever ready: while its successor
/// does not come up, it is what can serve again.
struct ReplicaPlan: Equatable {
    /// One replica that is not yet being retired.
    struct Member: Equatable {
        var slot: Int
        var revision: String
        var isReady: Bool
        /// Ready now or at some time before: worth starting again while its successor is not ready.
        var hasBeenReady: Bool
    }

    private(set) var starts = 0
    private(set) var retired: [Int] = []

    init(members: [Member], revision: String, replicas: Int) {
        var current = members.filter { $0.revision == revision }
        while current.count > replicas, let surplus = Self.leastUseful(current) {
            current.remove(at: surplus)
        }
        starts = replicas - current.count
        let kept = Set(current.map(\.slot))
        retired = members.filter { $0.revision == revision && !kept.contains($0.slot) }.map(\.slot)
        retireOld(
            members.filter { $0.revision != revision }, readyOfCurrent: current.count(where: \.isReady),
            replicas)
    }

    private mutating func retireOld(_ old: [Member], readyOfCurrent: Int, _ replicas: Int) {
        let needed = max(replicas - readyOfCurrent, 0)
        let serving = old.filter(\.isReady)
        let recovering = old.filter { !$0.isReady && $0.hasBeenReady }
        retired += old.filter { !$0.hasBeenReady }.map(\.slot)
        retired += (serving + recovering).dropFirst(needed).map(\.slot)
    }

    /// An unready one before a ready one, the newest among equals.
    private static func leastUseful(_ members: [Member]) -> Int? {
        members.lastIndex { !$0.isReady } ?? members.indices.last
    }
}
