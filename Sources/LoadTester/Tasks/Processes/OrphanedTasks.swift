import Glibc
import Processes

/// Ends what is left of tasks whose load tester was killed before it could end them.
enum OrphanedTasks {
    /// Asks all of them to end, and kills those that have not within the grace time.
    ///
    /// - Returns: how many processes there were.
    static func end(grace: Duration) async -> Int {
        let found = processes()
        for process in found { kill(process.pid, SIGTERM) }
        let deadline = ContinuousClock.now + grace
        while ContinuousClock.now < deadline, !processes().isEmpty {
            do { try await Task.sleep(for: .milliseconds(50)) } catch { break }
        }
        // Killing may free others to be seen; what the kernel holds is left to it.
        for _ in 0..<20 {
            let rest = processes()
            if rest.isEmpty { break }
            for process in rest { kill(process.pid, SIGKILL) }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return found.count
    }

    private static func processes() -> [ProcessTable.Entry] {
        // This one may have been started by a task itself.
        ProcessTable.living().filter { process in
            process.pid != getpid()
                && ProcessTable.environmentValue(ProcessFamily.markVariable, of: process.pid)
                    .flatMap(TaskMark.init(text:))?.isOrphaned == true
        }
    }
}
