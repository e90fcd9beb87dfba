import FlaggerAPI
public import Rollout

/// Performs the effects of one canary's rollout, one tick at a time.
///
/// Ticks of one canary must not overlap; whoever calls `tick` sees to that.
public struct Interpreter: Sendable {
    let workload: any Workload
    let router: any Router
    let store: any StatusStore
    let sink: any EventSink
    let caller: any HookCaller
    let metrics: any MetricsSource
    let events: EventQueue
    let now: @Sendable () -> Timestamp

    /// Makes an interpreter.
    ///
    /// - Parameters:
    ///   - workload: the target's two sides.
    ///   - router: splits the traffic.
    ///   - store: keeps the status.
    ///   - sink: keeps the history.
    ///   - caller: calls the hooks.
    ///   - metrics: measures the canary.
    ///   - events: tells the event hooks.
    ///   - now: reads the wall clock.
    public init(
        workload: any Workload, router: any Router, store: any StatusStore, sink: any EventSink,
        caller: any HookCaller, metrics: any MetricsSource, events: EventQueue,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.workload = workload
        self.router = router
        self.store = store
        self.sink = sink
        self.caller = caller
        self.metrics = metrics
        self.events = events
        self.now = now
    }

    /// Looks once and does what follows from it.
    ///
    /// Cancelling the task ends the tick between two effects; the next tick observes again.
    ///
    /// - Returns: the status that is durable after it.
    /// - Throws: when the status can't be loaded or the world not be observed; nothing was done then.
    @discardableResult
    public func tick(_ definition: CanaryDefinition) async throws -> RolloutStatus {
        var tick = Tick(definition: definition, durable: try await store.load())
        let found = try await workload.observe()
        let observation = Observation(
            now: now(), target: found.target, primary: found.primary, canary: found.canary,
            routes: try await router.routes())
        var rollout = Rollout(plan: definition.plan, status: tick.durable)
        var event: Event? = .tick(observation)
        while let happened = event, !Task.isCancelled {
            event = try await perform(rollout.advance(happened), in: &tick)
        }
        return tick.durable
    }

    /// What one tick carries along.
    struct Tick {
        let definition: CanaryDefinition
        var durable: RolloutStatus
        var hasFailed = false
    }

    /// Performs effects in order.
    ///
    /// - Returns: the answer to the last of them, when it asked for one.
    private func perform(_ effects: [Effect], in tick: inout Tick) async throws -> Event? {
        for effect in effects {
            try Task.checkCancellation()
            do {
                if let answer = try await perform(effect, in: &tick) { return answer }
            } catch let error as CancellationError {
                throw error
            } catch {
                guard !tick.hasFailed else { return nil }
                tick.hasFailed = true
                return .effectFailed(
                    EffectFailure(effect: effect, reason: "\(error)", durable: tick.durable, now: now()))
            }
        }
        return nil
    }

    private func perform(_ effect: Effect, in tick: inout Tick) async throws -> Event? {
        switch effect {
        case .initialise(let revision): try await workload.initialise(at: revision)
        case .scaleUp(let revision): try await workload.scaleUp(to: revision)
        case .scaleDown: try await workload.scaleDown()
        case .promote(let revision): try await workload.promote(revision)
        case .route(let routes): try await router.route(routes)
        case .writeStatus(let status):
            try await store.save(status)
            tick.durable = status
            await record(.moved(status), in: tick)
        case .announce(let announcement): await announce(announcement, in: tick)
        case .alert(let alert): await record(.alerted(alert), in: tick)
        case .ask(let call): return .hookAnswered(await ask(call, in: tick))
        case .checkMetrics: return .metricsChecked(failure: await measure(in: tick))
        case .verifyMetrics: return .metricsVerified(failure: await verify())
        }
        return nil
    }

    private func announce(_ announcement: Announcement, in tick: Tick) async {
        await record(.announced(announcement), in: tick)
        for hook in tick.definition.plan.hooks(at: .eachEvent) {
            guard tick.definition.webhooks.indices.contains(hook.index) else { continue }
            let webhook = tick.definition.webhooks[hook.index]
            var payload = payload(
                for: webhook, phase: tick.durable.phase ?? .initializing, revision: tick.durable.lastApplied,
                status: tick.durable, in: tick.definition)
            let told = [
                "eventMessage": announcement.text,
                "eventType": announcement.severity.rawValue,
                "timestamp": String(now().milliseconds),
            ]
            payload.metadata = told.merging(payload.metadata) { mine, _ in mine }
            events.enqueue(payload, to: webhook.endpoint, name: hook.name)
        }
    }

    private func ask(_ call: HookCall, in tick: Tick) async -> HookAnswer {
        guard tick.definition.webhooks.indices.contains(call.hook.index) else {
            return .refused("no webhook at index \(call.hook.index)")
        }
        let webhook = tick.definition.webhooks[call.hook.index]
        let payload = payload(
            for: webhook, phase: call.phase, revision: call.revision, status: call.status, in: tick.definition
        )
        let outcome = await caller.call(webhook.endpoint, payload: payload)
        let record = HookRecord(
            type: call.hook.type.wireName, name: call.hook.name, url: webhook.endpoint.url,
            phase: payload.phase, outcome: outcome)
        await self.record(.called(record), in: tick)
        return outcome.isPass ? .passed : .refused(outcome.detail)
    }

    private func payload(
        for webhook: CanaryDefinition.Webhook, phase: Phase, revision: Revision?, status: RolloutStatus,
        in definition: CanaryDefinition
    ) -> CanaryWebhookPayload {
        var metadata = webhook.metadata
        if definition.extendsPayload {
            let numbers = [
                "weight": String(status.routes.canaryWeight),
                "maxWeight": String(definition.maxWeight),
                "iteration": String(status.iterations),
                "failedChecks": String(status.failedChecks),
                "previousChecksum": status.lastPromoted?.checksum ?? "",
            ]
            metadata.merge(numbers) { users, _ in users }
        }
        return CanaryWebhookPayload(
            name: definition.name, namespace: definition.namespace, phase: phase.rawValue,
            checksum: revision?.checksum ?? "", metadata: metadata)
    }

    /// Measures every metric, so that all values are kept; the first failure is the one told.
    private func measure(in tick: Tick) async -> String? {
        let names = tick.definition.plan.names
        var failure: String?
        for metric in tick.definition.metrics {
            var record: MetricRecord
            do {
                let value = try await metrics.value(of: metric)
                record = metric.judge(
                    value, canary: names.canary, target: names.target, source: metrics.name)
            } catch {
                let text =
                    "Halt \(names.canary) advancement metric \(metric.name) can't be measured: \(error)"
                record = MetricRecord(name: metric.name, value: nil, isWithinRange: false, failure: text)
            }
            await self.record(.measured(record), in: tick)
            failure = failure ?? record.failure
        }
        return failure
    }

    private func verify() async -> String? {
        do {
            try await metrics.verify()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func record(_ kind: HistoryEntry.Kind, in tick: Tick) async {
        await sink.record(
            HistoryEntry(
                time: now(), phase: tick.durable.phase,
                checksum: tick.durable.lastApplied?.checksum ?? "", kind: kind))
    }
}
