import NIOCore
import Synchronization

/// Keeps the last bytes that a task printed.
public final class OutputTail: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var dropped = 0

        mutating func trim(to limit: Int) {
            let excess = bytes.count - limit
            guard excess > 0 else { return }
            bytes.removeFirst(excess)
            dropped += excess
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Creates an empty tail that keeps at most `limit` bytes.
    public init(limit: Int) { self.limit = max(0, limit) }

    /// Adds output; the oldest is dropped beyond the limit.
    public func append(_ output: some Collection<UInt8>) {
        state.withLock { state in
            state.bytes.append(contentsOf: output)
            // Trimmed in large pieces, so that a chatty task does not move the whole tail with every line.
            if state.bytes.count > 2 * limit { state.trim(to: limit) }
        }
    }

    /// The kept output as text, with a first line that says so when some was dropped.
    public var text: String {
        state.withLock { state in
            state.trim(to: limit)
            let kept = String(decoding: state.bytes, as: UTF8.self)
            return state.dropped == 0 ? kept : "[\(state.dropped) bytes left out]\n\(kept)"
        }
    }
}
