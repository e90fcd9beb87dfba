extension GateStore {
    /// Closes every gate of a canary that is gone, so that no approval is carried over to another one of its name, nor
    /// one given for a revision that waited. The audit trail stays.
    ///
    /// - Throws: ``LoadTesterError/gateReadFailed(cause:)`` or ``LoadTesterError/gateWriteFailed(cause:)``.
    public func forget(namespace: String, name: String) async throws {
        for gate in try await list()
        where gate.key.namespace == namespace && gate.key.name == name && !gate.approvals.isEmpty {
            try await close(gate.key, by: GateMove(actor: "aviary", reason: "the canary is gone"))
        }
        try await forgetWaiting(namespace: namespace, name: name)
    }
}
