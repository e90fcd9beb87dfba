import FlaggerAPI
public import Rollout

extension Interpreter {
    /// Tells users what no tick decides, such as the end of a canary; durable when this returns.
    ///
    /// - Throws: when it can't be kept; nobody is told then.
    public func tell(
        _ announcement: Announcement, in phase: Phase, _ definition: CanaryDefinition
    ) async throws {
        var tick = Tick(definition: definition, durable: try await store.load())
        tick.status.phase = phase
        announce(announcement, in: &tick)
        try await commit(&tick)
    }

    /// Makes what was gathered durable, then shows it and lets the courier look.
    ///
    /// - Throws: `DeliveryError.commit`; the decisions gathered are forgotten then, the facts remembered.
    func commit(_ tick: inout Tick) async throws {
        guard !tick.pending.isEmpty else { return }
        let commit = tick.pending
        tick.pending = Commit()
        do {
            try await store.commit(commit)
        } catch let error as CancellationError {
            throw error
        } catch {
            tick.status = tick.durable
            unkept.add(commit, reason: "\(error)")
            let trouble = DeliveryError.commit(cause: "\(error)")
            tick.trouble = trouble
            throw trouble
        }
        tick.durable = tick.status
        for entry in commit.history { await sink.record(entry) }
        if !commit.owed.isEmpty { courier.wake() }
    }

    /// After a failed commit: keeps the facts of that tick, and tells the trouble once it can be told.
    func keepEarlierFacts(in tick: inout Tick) async throws {
        guard let facts = unkept.waiting, !tick.definition.plan.isSuspended else { return }
        tick.pending.history = facts.history
        let names = tick.definition.plan.names
        announce(
            .warning(
                .effectFailed, "The state of \(names.canary) could not be kept for a while: \(facts.reason)"),
            in: &tick)
        unkept.clear()
        do { try await commit(&tick) } catch is DeliveryError {}
    }

    @discardableResult
    func move(to status: RolloutStatus, in tick: inout Tick) -> Event? {
        tick.pending.status = status
        tick.status = status
        return record(.moved(status), in: &tick)
    }

    @discardableResult
    func announce(_ announcement: Announcement, in tick: inout Tick) -> Event? {
        record(.announced(announcement), in: &tick)
        for hook in tick.definition.plan.hooks(at: .eachEvent) {
            guard tick.definition.webhooks.indices.contains(hook.index) else { continue }
            let webhook = tick.definition.webhooks[hook.index]
            var payload = payload(
                for: webhook, phase: tick.status.phase ?? .initializing, revision: tick.status.lastApplied,
                status: tick.status, in: tick.definition)
            let told = [
                "eventMessage": announcement.text,
                "eventType": announcement.severity.rawValue,
                "timestamp": String(now().milliseconds),
            ]
            payload.metadata = told.merging(payload.metadata) { mine, _ in mine }
            var endpoint = endpoint(of: webhook, revision: tick.status.lastApplied, in: tick.definition)
            // Kept with the call: a receiver that hears it twice, after a crash, can tell.
            if endpoint.secret != nil { endpoint.messageID = WebhookCaller.newMessageID() }
            tick.pending.owed.append(.eventHook(name: hook.name, endpoint: endpoint, payload: payload))
        }
        return nil
    }

    /// Keeps an alert, and owes it to the providers whose severity it reaches.
    func alert(_ alert: Alert, in tick: inout Tick) -> Event? {
        let messages = tick.definition.alerts.messages(
            for: alert,
            canary: NamespacedName(namespace: tick.definition.namespace, name: tick.definition.name),
            phase: tick.status.phase, checksum: tick.status.lastApplied?.checksum ?? "")
        tick.pending.owed += messages.map(OwedCall.alert)
        return record(.alerted(alert), in: &tick)
    }

    /// Gathers an entry of the history for the next commit.
    @discardableResult
    func record(_ kind: HistoryEntry.Kind, in tick: inout Tick) -> Event? {
        tick.pending.history.append(
            HistoryEntry(
                time: now(), phase: tick.status.phase, checksum: tick.status.lastApplied?.checksum ?? "",
                kind: kind))
        return nil
    }
}
