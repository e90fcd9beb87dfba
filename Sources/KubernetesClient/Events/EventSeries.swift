import Foundation

/// The events that may be repeated, and how often each one was.
struct EventSeries: Sendable {
    /// What makes two events the same.
    struct Key: Hashable, Sendable {
        let kind: KubernetesEvent.Kind
        let reason: String
        let message: String
        let subject: ObjectReference
        let uid: String?

        init(_ event: KubernetesEvent) {
            (kind, reason, message) = (event.kind, event.reason, event.message)
            (subject, uid) = (event.subject.reference, event.subject.uid)
        }
    }

    struct Entry: Sendable {
        let name: String
        let event: KubernetesEvent
        var count = 1
        /// The count that the server knows.
        var told = 1
        var last: Date
        var toldAt: Date
    }

    private(set) var entries: [Key: Entry] = [:]
    private let capacity: Int
    private let quiet: TimeInterval

    /// - Parameters:
    ///   - capacity: the number of events remembered; beyond it the one longest not repeated is forgotten.
    ///   - quiet: seconds without a repetition after which an event counts as new.
    init(capacity: Int, quiet: TimeInterval) {
        self.capacity = capacity
        self.quiet = quiet
    }

    subscript(key: Key) -> Entry? { entries[key] }

    /// Counts an event as a repetition; false when it is a new one.
    mutating func count(_ event: KubernetesEvent, at date: Date) -> Bool {
        let key = Key(event)
        guard let entry = entries[key], date.timeIntervalSince(entry.last) <= quiet else { return false }
        entries[key]?.count += 1
        entries[key]?.last = max(date, entry.last)
        return true
    }

    mutating func begin(_ event: KubernetesEvent, name: String, at date: Date) {
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.last < $1.value.last }) {
            entries[oldest.key] = nil
        }
        entries[Key(event)] = Entry(name: name, event: event, last: date, toldAt: date)
    }

    mutating func told(_ key: Key, count: Int, at date: Date) {
        entries[key]?.told = count
        entries[key]?.toldAt = date
    }

    mutating func forget(_ key: Key) { entries[key] = nil }

    /// Forgets what has not been repeated for long and owes the server nothing.
    mutating func forgetQuiet(at date: Date) {
        entries = entries.filter {
            $0.value.count > $0.value.told || date.timeIntervalSince($0.value.last) <= quiet
        }
    }

    /// The repetitions that the server does not know, and was last told of some at least so many seconds ago.
    func owed(at date: Date, pause: TimeInterval) -> [Key] {
        entries.filter { $0.value.count > $0.value.told && date.timeIntervalSince($0.value.toldAt) >= pause }
            .map(\.key)
    }
}
