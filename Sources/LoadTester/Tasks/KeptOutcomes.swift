import Foundation

/// Outcomes of awaited tasks whose clients had hung up, each kept for one call and for a time.
struct KeptOutcomes {
    private struct Entry {
        let outcome: TaskOutcome
        let checksum: String
        let at: Date
    }

    private let lifetime: TimeInterval
    private let limit: Int
    private var entries: [TaskKey: Entry] = [:]

    init(lifetime: Duration, limit: Int) {
        self.lifetime = TimeInterval(lifetime.components.seconds)
        self.limit = limit
    }

    mutating func keep(_ outcome: TaskOutcome, for key: TaskKey, _ checksum: String, at now: Date) {
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.at < $1.value.at }) {
            entries[oldest.key] = nil
        }
        entries[key] = Entry(outcome: outcome, checksum: checksum, at: now)
    }

    /// Takes an outcome out; nil when there is none, it is too old, or it is of another revision.
    mutating func take(_ key: TaskKey, _ checksum: String, at now: Date) -> TaskOutcome? {
        guard let entry = entries.removeValue(forKey: key), entry.checksum == checksum,
            now.timeIntervalSince(entry.at) <= lifetime
        else { return nil }
        return entry.outcome
    }
}
