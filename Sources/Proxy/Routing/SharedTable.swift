import Synchronization

/// The present routing table, as all event loops see it.
///
/// A request looks at one counter to learn that its event loop's copy is still the present one; only
/// after a change does it take the lock.
final class SharedTable: Sendable {
    private let generation = Atomic<UInt64>(1)
    private let table: Mutex<RoutingTable>

    init(_ table: RoutingTable) { self.table = Mutex(table) }

    @inline(__always)
    var currentGeneration: UInt64 { generation.load(ordering: .acquiring) }

    /// The table and the generation it belongs to.
    var current: (table: RoutingTable, generation: UInt64) {
        table.withLock { ($0, generation.load(ordering: .relaxed)) }
    }

    func replace(with new: RoutingTable) {
        table.withLock {
            $0 = new
            generation.add(1, ordering: .releasing)
        }
    }
}
