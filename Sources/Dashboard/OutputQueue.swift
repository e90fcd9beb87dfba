import Dispatch
import Glibc
import Synchronization

/// Writes to a descriptor on a queue of its own; those who hand over text never wait for the reader.
final class OutputQueue: Sendable {
    private struct State {
        var lines: [String] = []
        var dropped = 0
        var frame: String?
        var isDraining = false
    }

    /// Lines kept for a slow reader; newer ones are dropped, and their number is told afterwards.
    static let capacity = 10_000

    private let descriptor: Int32
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "aviary.output")

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Hands over one line, without its line feed.
    func append(_ line: String) {
        schedule { state in
            guard state.lines.count < Self.capacity else {
                state.dropped += 1
                return
            }
            state.lines.append(line + "\n")
        }
    }

    /// Hands over a frame, which takes the place of one not yet written.
    func replaceFrame(_ bytes: String) {
        schedule { $0.frame = bytes }
    }

    /// Waits until everything handed over is written, at most a second.
    func flush() {
        let group = DispatchGroup()
        group.enter()
        queue.async { group.leave() }
        _ = group.wait(timeout: .now() + 1)
    }

    private func schedule(_ change: (inout State) -> Void) {
        let mustStart = state.withLock { state in
            change(&state)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustStart { queue.async { self.drain() } }
    }

    private func drain() {
        while let bytes = next() {
            write(bytes)
        }
    }

    private func next() -> String? {
        state.withLock { state in
            var bytes = state.lines.joined() + (state.frame ?? "")
            if state.dropped > 0 { bytes += "(\(state.dropped) lines dropped: the reader is too slow)\n" }
            (state.lines, state.dropped, state.frame) = ([], 0, nil)
            state.isDraining = !bytes.isEmpty
            return bytes.isEmpty ? nil : bytes
        }
    }

    /// A reader that is gone is not an error: the rollout goes on unseen.
    private func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, 1000)
                continue
            }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
