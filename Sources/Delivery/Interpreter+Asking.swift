import FlaggerAPI
import Rollout

extension Interpreter {
    func ask(_ call: HookCall, in tick: inout Tick) async -> HookAnswer {
        guard tick.definition.webhooks.indices.contains(call.hook.index) else {
            return .refused("no webhook at index \(call.hook.index)")
        }
        let webhook = tick.definition.webhooks[call.hook.index]
        let payload = payload(
            for: webhook, phase: call.phase, revision: call.revision, status: call.status, in: tick.definition
        )
        let outcome = await caller.call(
            endpoint(of: webhook, revision: call.revision, in: tick.definition), payload: payload)
        let record = HookRecord(
            type: call.hook.type.wireName, name: call.hook.name, url: webhook.endpoint.url,
            phase: payload.phase, outcome: outcome)
        self.record(.called(record), in: &tick)
        return outcome.isPass ? .passed : .refused(outcome.detail)
    }

    /// Where a webhook is called, in the trace of the revision's rollout when that is asked for.
    func endpoint(
        of webhook: CanaryDefinition.Webhook, revision: Revision?, in definition: CanaryDefinition
    ) -> HookEndpoint {
        guard definition.tracesHooks else { return webhook.endpoint }
        var endpoint = webhook.endpoint
        endpoint.traceID = TraceParent.traceID(
            canary: definition.name, namespace: definition.namespace, checksum: revision?.checksum ?? "")
        return endpoint
    }

    func payload(
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
    func measure(in tick: inout Tick) async -> String? {
        let names = tick.definition.plan.names
        var failure: String?
        for metric in tick.definition.metrics {
            var record: MetricRecord
            do {
                let value = try await metrics.value(of: metric)
                record = metric.judge(
                    value, canary: names.canary, target: names.target, source: metrics.name)
            } catch {
                record = metric.failed(error, canary: names.canary)
            }
            self.record(.measured(record), in: &tick)
            failure = failure ?? record.failure
        }
        return failure
    }

    func verify(_ checks: [MetricCheck]) async -> String? {
        do {
            try await metrics.verify(checks)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
