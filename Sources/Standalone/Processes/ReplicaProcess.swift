import Glibc
import Processes
import Synchronization
import Timing

/// A running replica: the leader of a session and process group, started by us or adopted.
///
/// A child that exited stays a zombie until `reap`, so that its process group's number cannot pass to a
/// stranger while what is left of the group is still to be signalled.
final class ReplicaProcess: Sendable {
    static let idVariable = "AVIARY_PROCESS_ID"
    static let ownerVariable = "AVIARY_OWNER"

    /// How a process ended.
    enum Exit: Equatable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)
        /// It was adopted, and only a parent learns the status.
        case unknown

        var description: String {
            switch self {
            case .code(let code): "exited with code \(code)"
            case .signal(let signal): "killed by signal \(signal)"
            case .unknown: "exited (status unknown, it was started by an earlier run)"
            }
        }
    }

    private struct State {
        var exit: Exit?
        var isReaped = false
        var isAbandoned = false
    }

    let id: String
    let pid: pid_t
    let startTime: UInt64
    let port: Int
    let exited = Latch()
    private let isChild: Bool
    private let state = Mutex(State())

    private init(id: String, pid: pid_t, startTime: UInt64, port: Int, isChild: Bool) {
        self.id = id
        self.pid = pid
        self.startTime = startTime
        self.port = port
        self.isChild = isChild
    }

    /// Takes charge of a child that was just started.
    static func child(id: String, pid: pid_t, port: Int) -> ReplicaProcess {
        let start = ProcessTable.entry(pid)?.startTime ?? 0
        let process = ReplicaProcess(id: id, pid: pid, startTime: start, port: port, isChild: true)
        process.watchExit()
        return process
    }

    /// Takes charge of a process that an earlier run recorded; `nil` when it no longer lives.
    static func adopt(_ record: ReplicaRecord) -> ReplicaProcess? {
        guard isAlive(record) else { return nil }
        let process = ReplicaProcess(
            id: record.id, pid: record.pid, startTime: record.startTime, port: record.port, isChild: false)
        process.watchExit()
        return process
    }

    /// Whether the recorded process still runs: same boot, pid and start time, and its environment does
    /// not say that it is another replica (some programs overwrite theirs with a title).
    static func isAlive(_ record: ReplicaRecord) -> Bool {
        guard record.bootID == ProcessTable.bootID, let entry = ProcessTable.entry(record.pid),
            !entry.isZombie, entry.startTime == record.startTime
        else { return false }
        return (ProcessTable.environmentValue(idVariable, of: record.pid) ?? record.id) == record.id
    }

    /// How the process ended; `nil` while it runs.
    var exit: Exit? { state.withLock { $0.exit } }

    /// Leaves the process to itself: it runs on, and is still reaped when it exits.
    func abandon() {
        state.withLock { $0.isAbandoned = true }
        if exited.isOpen { reap() }
    }

    /// Removes the zombie of an exited child.
    func reap() {
        state.withLock { state in
            guard isChild, !state.isReaped, state.exit != nil else { return }
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG) != 0, errno == EINTR {}
            state.isReaped = true
        }
    }

    /// Signals the group as long as its number is certain to be still ours; says whether it was.
    func signalGroup(_ signal: Int32) -> Bool {
        state.withLock { state in
            let isOurs = isChild ? !state.isReaped : ProcessTable.entry(pid)?.startTime == startTime
            if isOurs { kill(-pid, signal) }
            return isOurs
        }
    }

    private func watchExit() {
        ExitWatch(pid: pid, hasExited: { self.hasEnded() }, onExit: { self.noteExit() }).start()
    }

    private func hasEnded() -> Bool {
        guard let entry = ProcessTable.entry(pid) else { return true }
        return entry.isZombie || entry.startTime != startTime
    }

    private func noteExit() {
        let exit = isChild ? Self.childExit(pid) : .unknown
        let isAbandoned = state.withLock { state in
            state.exit = exit
            return state.isAbandoned
        }
        exited.open()
        if isAbandoned { reap() }
    }

    /// Reads the status and leaves the zombie.
    private static func childExit(_ pid: pid_t) -> Exit {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 {
            if errno != EINTR { return .unknown }
        }
        let status = information._sifields._sigchld.si_status
        return information.si_code == Int32(CLD_EXITED) ? .code(status) : .signal(status)
    }
}
