import FlaggerAPI
import Rollout

extension Daemon {
    /// Deletes a canary with its target: for good, or until the file that holds it changes or it is applied again.
    ///
    /// Returns when its processes have ended. A daemon that is killed meanwhile goes on with it at its next start.
    ///
    /// - Throws: `StandaloneError.unknownCanary`, or `StandaloneError.writeState`; nothing is deleted then.
    func delete(_ key: CanaryKey) async throws {
        try await inTurn { daemon in
            guard try await daemon.resources.delete(key) else {
                throw StandaloneError.unknownCanary("\(key)")
            }
            for trouble in try await daemon.reconcile() {
                daemon.environment.logger.warning(
                    "after a deletion", metadata: ["trouble": "\(trouble.error)"])
            }
        }
    }

    /// Ends what nobody wants any more, and clears away what was kept of it.
    func retire(except wanted: [CanaryKey: DesiredCanary]) async {
        let leaving = services.filter { wanted[$0.key] == nil }
        for (key, service) in leaving {
            services[key] = nil
            desired[key] = nil
            await service.retire(within: Self.retirementLimit)
        }
        await clearRemoved()
    }

    /// An approval must not be carried over to another canary of the same name.
    private func clearRemoved() async {
        let removed = RemovedCanaries(writer: environment.database.writer)
        do {
            for key in try await removed.keys() { try await environment.closeGates(key) }
            let givenUp = try await removed.clear(now: environment.now())
            if givenUp > 0 {
                environment.logger.warning(
                    "calls owed by removed canaries were given up", metadata: ["calls": "\(givenUp)"])
            }
        } catch {
            environment.logger.error(
                "what is left of removed canaries can't be cleared away; tried again with the next change",
                metadata: ["error": "\(error)"])
        }
    }
}
