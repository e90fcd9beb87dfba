@testable import Standalone

/// Records kept in memory; refuses to record while told to.
actor MemoryRegistry: ProcessRegistry {
    struct Refused: Error {}

    private(set) var records: [String: ReplicaRecord] = [:]
    private var refusesRecords = false

    func record(_ replica: ReplicaRecord) throws {
        if refusesRecords { throw Refused() }
        records[replica.id] = replica
    }

    func remove(id: String) { records[id] = nil }

    func all() -> [ReplicaRecord] { records.values.sorted { $0.id < $1.id } }

    func refuseRecords(_ refuses: Bool) { refusesRecords = refuses }
}
