import Glibc
import Processes
import Timing

extension ReplicaProcess {
    /// SIGTERM to the group; when the group has not ended after `grace`, or once `force` opens, SIGKILL
    /// to all of it. Returns `false`, with the process running on, when the task is cancelled before.
    func terminate(grace: Duration, force: Latch?, clock: any Clock<Duration>) async -> Bool {
        _ = signalGroup(SIGTERM)
        let hasEnded = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.waitForGroup(clock) }
            group.addTask {
                try? await clock.sleep(for: grace)
                return false
            }
            if let force {
                group.addTask {
                    await force.wait(); return false
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        if Task.isCancelled, !hasEnded { return false }
        await killGroup()
        await waitForKill()
        return true
    }

    /// SIGKILL to the group, and to whatever left the group but carries this replica's id.
    func killGroup() async {
        _ = signalGroup(SIGKILL)
        for pid in strays() { kill(pid, SIGKILL) }
    }

    private func strays() -> [pid_t] {
        ProcessTable.living().map(\.pid)
            .filter { ProcessTable.environmentValue(Self.idVariable, of: $0) == id }
    }

    /// Returns `true` once nothing of the group runs any more, `false` when cancelled.
    private func waitForGroup(_ clock: any Clock<Duration>) async -> Bool {
        await exited.wait()
        while !Task.isCancelled {
            if !ProcessTable.living().contains(where: { $0.group == pid }) { return true }
            try? await clock.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Waits until all that was killed is gone, at most 5 s in case something hangs in the kernel, and
    /// reaps the process.
    private func waitForKill() async {
        // A task of its own, which cancellation of the caller does not cut short: it takes but a moment.
        await Task {
            let waited = Stopwatch(ContinuousClock())
            while !exited.isOpen || !strays().isEmpty, waited.elapsed < .seconds(5) {
                try? await Task.sleep(for: .milliseconds(5))
            }
        }.value
        abandon()
    }
}
