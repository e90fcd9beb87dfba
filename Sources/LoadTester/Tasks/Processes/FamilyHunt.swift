import Glibc
import Processes

/// Kills a family to its last member, also one whose members fork and exit faster than the table of processes
/// can be read.
///
/// Such a member is gone when a look at all processes comes to it, and its child was not in the list. So the
/// ids that were given out since are looked at without a pause: sooner or later one is killed before it forks.
struct FamilyHunt {
    private enum Births { case none, strangers, members }

    /// How long an id may have no process yet: it is given out a little before.
    private static let conception = Duration.milliseconds(1)
    /// How often strangers that came and went, and could have been members, are watched without finding one.
    private static let patience = 3
    /// Fewer looks than this at who was born are none: the machine is too busy to let this process run.
    private static let fewestLooks = 32
    /// Work without a pause; others need the thread as well.
    private static let slice = Duration.milliseconds(20)
    /// With more ids than this to look at, a look at all processes is as fast.
    private static let mostIDs: pid_t = 4096
    /// On a machine that is busy, a family that forks fast gets this long at most.
    private static let longest = Duration.seconds(5)

    let family: ProcessFamily
    /// Members that were found earlier, and may not be found any more.
    let known: [ProcessTable.Entry]
    private var newest: pid_t?
    private var looks = 0

    init(family: ProcessFamily, known: [ProcessTable.Entry]) {
        self.family = family
        self.known = known
    }

    /// Returns when no member is left, or when the limit has passed since one was caught that had just been born.
    mutating func run(limit: Duration) async {
        let start = ContinuousClock.now
        var lastCatch = start
        var vain = 0
        while vain < Self.patience {
            newest = ProcessTable.newestID()
            let isEmpty = !killAll()
            let births = killNewborn()
            if isEmpty, births == .none { return }
            let now = ContinuousClock.now
            if births == .members { lastCatch = now }
            if !isEmpty || births != .strangers { vain = 0 } else if looks >= Self.fewestLooks { vain += 1 }
            if now - lastCatch > limit || now - start > Self.longest { return }
            // Who is killed needs a moment to go; a family that goes on forking is not given one.
            if births != .members { try? await Task.sleep(for: .milliseconds(1)) }
        }
    }

    /// Kills the members that are found in the table; says whether there were any.
    private func killAll() -> Bool {
        let alive = known.filter { member in
            ProcessTable.entry(member.pid).map { !$0.isZombie && $0.startTime == member.startTime } ?? false
        }
        let members = family.living() + alive
        killpg(family.leader, SIGKILL)
        for process in members { kill(process.pid, SIGKILL) }
        return !members.isEmpty
    }

    /// Kills members that are born meanwhile, until every id that was given out has been looked at: whoever is alive
    /// then was there before, and found, or is a stranger.
    private mutating func killNewborn() -> Births {
        var hasCaught = false
        var expected: [(id: pid_t, since: ContinuousClock.Instant)] = []
        let start = ContinuousClock.now
        looks = 0
        while let ids = newIDs() {
            let now = ContinuousClock.now
            if ids.isEmpty, expected.isEmpty { return hasCaught ? .members : .none }
            // The youngest first: it is the one that has not forked yet.
            expected = ids.reversed().map { ($0, now) } + expected
            looks += expected.count
            expected.removeAll { id, since in
                let found = isMember(id)
                if found == true {
                    kill(id, SIGKILL)
                    hasCaught = true
                }
                return found != nil || now - since > Self.conception
            }
            if now - start > Self.slice { break }
        }
        return hasCaught ? .members : .strangers
    }

    /// The ids given out since the last call; nil when they are too many.
    private mutating func newIDs() -> [pid_t]? {
        guard let before = newest, let now = ProcessTable.newestID(), now != before else { return [] }
        newest = now
        guard now > before, now - before <= Self.mostIDs else { return nil }
        return Array(before + 1...now)
    }

    /// Whether the process is a member; nil when there is none of that id, or no longer.
    private func isMember(_ id: pid_t) -> Bool? {
        if ProcessTable.environmentValue(ProcessFamily.markVariable, of: id) == family.mark { return true }
        guard let entry = ProcessTable.entry(id), !entry.isZombie else { return nil }
        return entry.group == family.leader
    }
}
