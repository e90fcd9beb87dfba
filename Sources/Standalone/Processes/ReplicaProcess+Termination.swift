import Glibc

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
        reap()
        return true
    }

    /// SIGKILL to the group, and to whatever left the group but carries this replica's id.
    func killGroup() async {
        _ = signalGroup(SIGKILL)
        for entry in ProcessTable.living()
        where ProcessTable.environmentValue(Self.idVariable, of: entry.pid) == id {
            kill(entry.pid, SIGKILL)
        }
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

    /// Waits for the exit that SIGKILL brings; at most 5 s, in case the process hangs in the kernel.
    private func waitForKill() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.exited.wait() }
            group.addTask { try? await Task.sleep(for: .seconds(5)) }
            await group.next()
            group.cancelAll()
        }
        if !exited.isOpen { abandon() }
    }
}
