import Glibc
import Processes

/// A process group's leader and all that it has started: in its group, below it, or carrying its mark.
///
/// The mark is a variable in the environment, which processes inherit: it finds those that have left the
/// group and lost their parents (`setsid`, daemons). One that has besides emptied its environment is not found.
struct ProcessFamily: Sendable {
    /// The variable that carries the mark.
    static let markVariable = "AVIARY_TASK"

    let leader: pid_t
    let mark: String

    /// The members that run; the leader while it is no zombie.
    func living() -> [ProcessTable.Entry] {
        let born = ProcessTable.entry(leader)?.startTime ?? 0
        let candidates = ProcessTable.living().filter { $0.startTime >= born && $0.pid != getpid() }
        let parents = Dictionary(candidates.map { ($0.pid, $0.parent) }) { first, _ in first }
        return candidates.filter { process in
            process.group == leader || isBelowLeader(process.pid, parents)
                || ProcessTable.environmentValue(Self.markVariable, of: process.pid) == mark
        }
    }

    /// Sends a signal to the group and to each member outside of it; returns whom it found.
    func signal(_ signal: Int32) -> [ProcessTable.Entry] {
        // Looked up first: those that are found by their parents alone are lost when the parents end.
        let members = living()
        killpg(leader, signal)
        for process in members where process.group != leader { kill(process.pid, signal) }
        return members
    }

    /// Kills all, those as well that are started meanwhile; gives up after a second on what the kernel holds, and after
    /// five on a family that goes on forking (``FamilyHunt``).
    ///
    /// - Parameter known: members that were found earlier, and may not be found any more.
    func end(known: [ProcessTable.Entry]) async {
        var hunt = FamilyHunt(family: self, known: known)
        await hunt.run(limit: .seconds(1))
    }

    private func isBelowLeader(_ pid: pid_t, _ parents: [pid_t: pid_t]) -> Bool {
        var ancestor = pid
        // The table is no snapshot: a chain read while ids change hands might be a circle.
        for _ in 0..<64 {
            if ancestor == leader { return true }
            guard let parent = parents[ancestor] else { return false }
            ancestor = parent
        }
        return false
    }
}
