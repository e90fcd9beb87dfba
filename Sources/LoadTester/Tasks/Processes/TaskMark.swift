import Foundation
import Glibc
import Processes

/// What every process of a task carries in its environment: which task it is of, and of which load tester.
///
/// The load tester is named by its process, start time and namespace of process ids: an id alone may be another
/// process by now, and the same id in another container is another process.
struct TaskMark: Sendable, Hashable {
    let text: String
    private let owner: (namespace: String, pid: pid_t, startTime: UInt64)

    /// The mark of a new task of this process.
    init() {
        self.init(
            owner: (Self.namespace, getpid(), ProcessTable.entry(getpid())?.startTime ?? 0),
            task: UUID().uuidString)
    }

    private init(owner: (namespace: String, pid: pid_t, startTime: UInt64), task: String) {
        self.owner = owner
        text = "\(owner.namespace).\(owner.pid).\(owner.startTime).\(task)"
    }

    /// Reads a mark; nil for what is none.
    init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let pid = pid_t(parts[1]), let startTime = UInt64(parts[2]) else {
            return nil
        }
        self.init(owner: (parts[0], pid, startTime), task: parts[3])
    }

    /// Whether the load tester that started the task has ended, as far as this process can tell.
    var isOrphaned: Bool {
        guard owner.namespace == Self.namespace, !owner.namespace.isEmpty else { return false }
        guard let entry = ProcessTable.entry(owner.pid), !entry.isZombie else { return true }
        return entry.startTime != owner.startTime
    }

    static func == (left: TaskMark, right: TaskMark) -> Bool { left.text == right.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// The number of the namespace of process ids.
    private static let namespace = String(
        ((try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "").filter(
            \.isNumber))
}
