import Foundation

/// Gate checks whose answer is known already, for ``GateLane``.
struct GateChecks: Sendable {
    private let gates: GateStore
    private let metrics: APIMetrics
    private let now: @Sendable () -> Date

    init(gates: GateStore, metrics: APIMetrics, now: @escaping @Sendable () -> Date = { Date() }) {
        self.gates = gates
        self.metrics = metrics
        self.now = now
    }

    /// Whether the gate that a payload asks for is open; nil when that takes more than a look.
    ///
    /// Counts and remembers what an answer of the long way would.
    func answer(_ kind: GateKind, body: UnsafeRawBufferPointer) -> Bool? {
        let isOpen: Bool? = body.withMemoryRebound(to: UInt8.self) { bytes in
            var payload = PayloadScanner(bytes)
            guard payload.read(), !payload.hasGateSettings else { return nil }
            return gates.knownAnswer(
                kind, GateBoard.Canary(namespace: payload.namespace, name: payload.name),
                phase: payload.phase, checksum: payload.checksum, now: now())
        }
        guard let isOpen else { return nil }
        metrics.checked(kind, passed: isOpen)
        metrics.answered(kind == .gate ? "/gate/check" : "/rollback/check", isOpen ? 200 : 403)
        return isOpen
    }
}
