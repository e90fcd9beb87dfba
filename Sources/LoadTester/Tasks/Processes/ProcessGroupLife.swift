import Glibc
import Processes

/// The life of a started process group, from its start until its leader has ended and nothing is left.
///
/// The leader stays unreaped meanwhile, so that its id, which is the group's, cannot name anything else.
struct ProcessGroupLife: Sendable {
    /// Why a process group's life ended.
    enum End: Sendable { case ended, timedOut, stopped }

    private enum Moment: Sendable { case ended, timeout, stop, graceOver }

    /// After a time-out a task gets at most this long to end by itself.
    private static let timeoutGrace = Duration.seconds(1)

    let family: ProcessFamily
    let leftovers: ProcessGroup.Leftovers
    let pipe: OutputPipe

    /// Waits for the end of the group; after `timeout`, or when `stops` yields, brings it about.
    func watch(timeout: Duration, grace: Duration, stops: AsyncStream<Void>) async -> End {
        await withTaskGroup(of: Moment.self) { moments in
            moments.addTask {
                await waitForEnd()
                return .ended
            }
            moments.addTask {
                try? await Task.sleep(for: timeout)
                return .timeout
            }
            moments.addTask {
                for await _ in stops { break }
                return .stop
            }
            let first = await moments.next()
            var known: [ProcessTable.Entry] = []
            if first != .ended {
                known = family.signal(SIGTERM)
                let patience = first == .timeout ? min(grace, Self.timeoutGrace) : grace
                if await !hasEnded(within: patience, &moments) {
                    await family.end(known: known)
                    // What the kernel holds may keep the pipe open.
                    _ = await hasEnded(within: .milliseconds(500), &moments)
                }
            }
            await family.end(known: known)
            pipe.close()
            moments.cancelAll()
            return first == .ended ? .ended : first == .timeout ? .timedOut : .stopped
        }
    }

    private func hasEnded(within limit: Duration, _ moments: inout TaskGroup<Moment>) async -> Bool {
        moments.addTask {
            try? await Task.sleep(for: limit)
            return .graceOver
        }
        while let moment = await moments.next() {
            if moment == .ended { return true }
            if moment == .graceOver { return false }
        }
        return true
    }

    /// Returns when the leader has ended, its output is closed, and, if so wished, the group is empty.
    private func waitForEnd() async {
        await pipe.waitUntilClosed()
        var pause = Duration.milliseconds(2)
        while !Task.isCancelled, !isOver {
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    private var isOver: Bool {
        guard hasLeaderEnded else { return false }
        return leftovers == .ended || family.living().isEmpty
    }

    private var hasLeaderEnded: Bool {
        var info = siginfo_t()
        let found = waitid(P_PID, id_t(family.leader), &info, WEXITED | WNOHANG | WNOWAIT)
        return found != 0 || info.si_signo != 0
    }
}
