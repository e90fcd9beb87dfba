internal import CProcess
import Dispatch
import Glibc

/// Notices that a process has exited, child of ours or not: by its pidfd, or by asking every 100 ms on a
/// kernel without them.
struct ExitWatch {
    let pid: pid_t
    /// Asked only where there are no pidfds.
    let hasExited: @Sendable () -> Bool
    /// Called once, on a queue of its own.
    let onExit: @Sendable () -> Void

    /// Begins; the watch keeps itself alive until the process has exited.
    func start() {
        let queue = DispatchQueue(label: "exit-watch-\(pid)")
        let descriptor = aviary_pidfd_open(pid)
        guard descriptor >= 0 else { return poll(on: queue) }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler {
            source.cancel()
            onExit()
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    private func poll(on queue: DispatchQueue) {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler {
            guard hasExited() else { return }
            timer.cancel()
            onExit()
        }
        timer.schedule(deadline: .now(), repeating: .milliseconds(100))
        timer.resume()
    }
}
