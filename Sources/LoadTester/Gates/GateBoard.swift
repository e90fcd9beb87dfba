import Foundation
import Synchronization

/// What the plain gates answered last, in memory for as long as no gate has changed, whoever would change it.
///
/// It answers checks that ask for nothing special (the canary's plain gate, one approval, any revision); it does
/// not know, rather than guess, whenever the database may say something else by now.
final class GateBoard: Sendable {
    /// Names a canary by the bytes of its namespace and name.
    struct Canary {
        let namespace: UnsafeBufferPointer<UInt8>
        let name: UnsafeBufferPointer<UInt8>

        /// FNV-1a; a clash is told by comparing the bytes.
        func hash(_ kind: GateKind) -> UInt64 {
            var hash: UInt64 = kind == .gate ? 0xcbf2_9ce4_8422_2325 : 0x8422_2325_cbf2_9ce4
            for byte in namespace { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            hash = (hash ^ 0x2F) &* 0x0000_0100_0000_01b3
            for byte in name { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            return hash
        }
    }

    private struct Line {
        let key: GateKey
        let namespace: [UInt8]
        let name: [UInt8]
        let isOpen: Bool
        /// From then on time may have moved it; nil for never.
        let holdsUntil: Date?

        func names(_ canary: Canary) -> Bool {
            namespace.elementsEqual(canary.namespace) && name.elementsEqual(canary.name)
        }
    }

    private struct State {
        var stamp: GateStamp.Value
        var lines: [UInt64: Line] = [:]
    }

    private static let mostLines = 8192
    private let stamp: GateStamp
    private let state: Mutex<State>

    init(_ stamp: GateStamp) {
        self.stamp = stamp
        state = Mutex(State(stamp: stamp.value))
    }

    /// The stamp before a reading of the database, to be given to ``remember(_:_:readAt:now:)`` with what was read.
    var readingStamp: GateStamp.Value { stamp.value }

    /// How many gates it knows.
    var count: Int { state.withLock { $0.lines.count } }

    /// What the gate answers; nil when the database has to be asked.
    func answer(_ kind: GateKind, _ canary: Canary, now: Date) -> (key: GateKey, isOpen: Bool)? {
        let hash = canary.hash(kind)
        return state.withLock { state in
            guard stamp.value == state.stamp, let line = state.lines[hash], line.key.kind == kind,
                line.names(canary), line.holdsUntil.map({ now < $0 }) ?? true
            else { return nil }
            return (line.key, line.isOpen)
        }
    }

    /// Takes what was read of a plain gate.
    func remember(_ key: GateKey, _ approvals: [GateApproval], readAt read: GateStamp.Value, now: Date) {
        guard key.gate.isEmpty else { return }
        let bounds = approvals.flatMap { [$0.after, $0.until] }.compactMap { $0 }.filter { $0 > now }
        let line = Line(
            key: key, namespace: Array(key.namespace.utf8), name: Array(key.name.utf8),
            isOpen: GatePolicy().isSatisfied(by: approvals, checksum: "", at: now), holdsUntil: bounds.min())
        let hash = line.namespace.withUnsafeBufferPointer { namespace in
            line.name.withUnsafeBufferPointer { Canary(namespace: namespace, name: $0).hash(key.kind) }
        }
        state.withLock { state in
            if state.stamp != read {
                state.lines.removeAll(keepingCapacity: true)
                state.stamp = read
            }
            // All go at once: what is still asked for is back with the next check.
            if state.lines.count >= Self.mostLines { state.lines.removeAll(keepingCapacity: true) }
            state.lines[hash] = line
        }
    }
}
