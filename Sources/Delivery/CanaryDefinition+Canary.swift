public import FlaggerAPI
import Rollout

extension CanaryDefinition {
    /// Turns a Canary resource into what is performed.
    ///
    /// - Parameters:
    ///   - canary: a resource that passed validation.
    ///   - shiftsTraffic: whether its router can shift traffic; where it can't, a stepped rollout becomes a blue/green
    ///     one of ten iterations, as on the peer.
    ///   - minimumInterval: ticks come no more often than this.
    ///   - cluster: told with every alert; nil where there is only one cluster.
    /// - Throws: `DeliveryError.plan` naming the field that can't be used.
    public init(
        _ canary: Canary, shiftsTraffic: Bool = true, minimumInterval: Duration = .seconds(1),
        cluster: String? = nil
    ) throws {
        let analysis = canary.spec.effectiveAnalysis
        let names = Names(
            canary: canary.metadata.name, target: canary.spec.targetRef.name,
            namespace: canary.metadata.namespace, targetKind: canary.spec.targetRef.kind)
        let plan = Plan(
            names: names,
            strategy: Self.strategy(of: analysis, shiftsTraffic: shiftsTraffic),
            mirrors: analysis.mirror && shiftsTraffic,
            promotionStep: analysis.stepWeightPromotion > 0 ? analysis.stepWeightPromotion : nil,
            threshold: analysis.failureThreshold,
            hooks: try Self.hooks(of: analysis),
            hasMetrics: !analysis.metrics.isEmpty,
            progressDeadline: .seconds(canary.spec.progressDeadlineSeconds),
            shiftsTraffic: shiftsTraffic,
            skipsAnalysis: canary.spec.skipAnalysis
                || (canary.spec.analysis == nil && canary.spec.canaryAnalysis == nil),
            isSuspended: canary.spec.suspend,
            isPaused: canary.annotations.isPaused,
            abortReason: canary.annotations.abort,
            gateDeadline: Self.gateDeadline(of: canary.annotations))
        self.init(
            name: canary.metadata.name, namespace: canary.metadata.namespace, plan: plan,
            interval: max(analysis.interval.duration, minimumInterval),
            webhooks: analysis.webhooks.map { Self.webhook($0, of: canary) },
            metrics: analysis.metrics.map { Self.metric($0, of: canary) },
            extendsPayload: canary.annotations.wantsExtendedPayload,
            alerts: AlertSettings(canary, cluster: cluster), tracesHooks: canary.annotations.wantsTraceparent)
    }

    private static func strategy(of analysis: CanaryAnalysis, shiftsTraffic: Bool) -> Strategy {
        if analysis.iterations > 0 {
            return analysis.match.isEmpty || !shiftsTraffic
                ? .blueGreen(iterations: analysis.iterations) : .abTest(iterations: analysis.iterations)
        }
        guard shiftsTraffic else { return .blueGreen(iterations: 10) }
        if analysis.stepWeight <= 0, !analysis.stepWeights.isEmpty {
            return .stepped(weights: analysis.stepWeights.map { min($0, 100) })
        }
        return .stepped(by: analysis.stepWeight, upTo: analysis.effectiveMaxWeight)
    }

    private static func hooks(of analysis: CanaryAnalysis) throws -> [Hook] {
        try analysis.webhooks.enumerated().map { index, webhook in
            guard let type = HookType.named(webhook.type) else {
                let known = HookType.all.map(\.wireName).joined(separator: ", ")
                throw DeliveryError.plan(
                    field: "spec.analysis.webhooks[\(index)].type",
                    problem: "unknown hook type \(webhook.type): use one of \(known)")
            }
            return Hook(index: index, name: webhook.name, type: type, mutesAlert: webhook.muteAlert)
        }
    }

    private static func webhook(_ webhook: CanaryWebhook, of canary: Canary) -> Webhook {
        var endpoint = HookEndpoint(
            url: webhook.url, timeout: webhook.timeout.duration, retries: webhook.retries,
            skipsVerification: webhook.disableTLS)
        endpoint.secret = canary.annotations.webhookSecret.map {
            NamespacedName(namespace: canary.metadata.namespace, name: $0)
        }
        return Webhook(endpoint: endpoint, metadata: webhook.metadata)
    }

    private static func metric(_ metric: CanaryMetric, of canary: Canary) -> MetricCheck {
        let range = metric.effectiveRange
        var origin = MetricCheck.Origin.builtin
        if let template = metric.templateRef {
            origin = .template(NamespacedName(template, from: canary.metadata.namespace))
        } else if let query = metric.query, !query.isEmpty {
            origin = .query(query, server: canary.spec.metricsServer)
        }
        return MetricCheck(
            name: metric.name, interval: metric.interval.duration, minimum: range.min, maximum: range.max,
            origin: origin, variables: QueryVariables(metric, of: canary))
    }

    private static func gateDeadline(of annotations: CanaryAnnotations) -> GateDeadline? {
        annotations.gateDeadline.map { after in
            GateDeadline(
                after: after, action: annotations.gateDeadlineAction == .promote ? .promote : .rollback)
        }
    }
}
