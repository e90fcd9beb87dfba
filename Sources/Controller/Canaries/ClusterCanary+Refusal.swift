import Delivery
import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// Why a canary is left alone.
struct Refusal: Error, Equatable {
    /// A word for it.
    var reason: String
    /// The field, what is wrong with it, and what to do.
    var message: String

    /// Another canary releases the target.
    static let targetTaken = "TargetTaken"
}

extension Refusal {
    /// Nil for a trouble that passes by itself.
    init?(_ trouble: any Error) {
        switch trouble {
        case is ControllerError, KubernetesError.forbidden, KubernetesError.invalid:
            self.init(reason: ControllerError.reason(of: trouble), message: "\(trouble)")
        default: return nil
        }
    }
}

extension ClusterCanary {
    /// Decides whether a canary can be used.
    ///
    /// - Parameter known: what was decided last.
    func accept(_ reading: CanaryReading, known: Accepted? = nil) -> Result<Accepted, Refusal> {
        guard let specified = reading.specified, reading.error == nil else {
            return .failure(Refusal(reason: "Invalid", message: reading.error ?? "the canary can't be read"))
        }
        let target = TargetRegistry.Target(specified.canary)
        environment.registry.note(
            key, releases: target, since: specified.canary.metadata.creationTimestamp ?? "")
        if let owner = environment.registry.owner(of: target), owner != key {
            return .failure(
                Refusal(
                    reason: Refusal.targetTaken,
                    message:
                        "spec.targetRef: \(target.kind) \(target.name) is released by Canary \(owner.name) already: remove one of the two"
                ))
        }
        if let known, known.basis == reading.basis { return .success(known) }
        return accept(specified, basis: reading.basis)
    }

    private func accept(
        _ specified: CanaryReading.Specified, basis: CanaryReading.Basis
    ) -> Result<Accepted, Refusal> {
        let canary = specified.canary
        let settings = environment.settings
        let provider = canary.spec.provider.flatMap { $0.isEmpty ? nil : $0 } ?? settings.provider
        guard let type = RouterType.named(provider) else {
            let known = RouterType.all.flatMap(\.providers).joined(separator: ", ")
            return .failure(
                Refusal(
                    reason: "UnknownProvider",
                    message: "spec.provider: \(provider) is not supported: use one of \(known)"))
        }
        if let field = foreignReference(of: canary) {
            return .failure(
                Refusal(
                    reason: "CrossNamespace",
                    message: "\(field): names another namespace, which -no-cross-namespace-refs forbids"))
        }
        let context = RouterContext(
            canary: canary, cluster: environment.cluster, settings: settings.routers, status: RolloutStatus())
        if let complaint = type.complaint(context) {
            return .failure(Refusal(reason: "Invalid", message: complaint))
        }
        do {
            var definition = try CanaryDefinition(
                canary, shiftsTraffic: type.abilities.contains(.weights),
                minimumInterval: settings.minimumInterval,
                cluster: settings.clusterName.isEmpty ? nil : settings.clusterName)
            definition.addEventWebhook(settings.eventWebhook)
            settings.alerts.add(to: &definition.alerts)
            return .success(
                Accepted(specified, definition, router: type, provider: provider, basis: basis))
        } catch {
            return .failure(Refusal(reason: "Invalid", message: "\(error)"))
        }
    }

    private func foreignReference(of canary: Canary) -> String? {
        guard environment.settings.routers.refusesOtherNamespaces else { return nil }
        let own = canary.metadata.namespace
        func isForeign(_ namespace: String?) -> Bool { namespace.map { !$0.isEmpty && $0 != own } ?? false }
        if isForeign(canary.spec.upstreamRef?.namespace) { return "spec.upstreamRef.namespace" }
        let analysis = canary.spec.effectiveAnalysis
        if let index = analysis.metrics.firstIndex(where: { isForeign($0.templateRef?.namespace) }) {
            return "spec.analysis.metrics[\(index)].templateRef.namespace"
        }
        if let index = analysis.alerts.firstIndex(where: { isForeign($0.providerRef.namespace) }) {
            return "spec.analysis.alerts[\(index)].providerRef.namespace"
        }
        return nil
    }

    /// Writes the refusal into the canary and tells it, unless that was done.
    func tell(_ refusal: Refusal, to object: KubernetesObject) async throws {
        guard try await write(refusal, to: object) else { return }
        voice(uid: object.uid).announce(.warning, refusal.reason, refusal.message)
    }

    /// - Returns: whether the canary did not say so already.
    private func write(_ refusal: Refusal, to object: KubernetesObject) async throws -> Bool {
        let status = object.json["status"]
        let before = CanaryConditions.find(CanaryConditions.accepted, in: status)
        guard before?["message"] != .string(refusal.message) || before?["reason"] != .string(refusal.reason)
        else { return false }
        let time = "\(environment.now().iso8601)"
        let condition: JSONValue = [
            "type": .string(CanaryConditions.accepted), "status": "False",
            "reason": .string(refusal.reason), "message": .string(refusal.message),
            "lastUpdateTime": .string(time), "lastTransitionTime": .string(time),
        ]
        try await write(conditions: others(of: status) + [condition], to: object)
        return true
    }

    /// Shows in the canary what keeps it from going on and somebody has to mend; nil when nothing does.
    ///
    /// A write that fails is tried again with the next tick.
    func show(_ refusal: Refusal?) async {
        guard let object = try? await environment.cluster.find(.canary, key.name, in: key.namespace ?? ""),
            !object.isDeleted
        else { return }
        do {
            if let refusal {
                _ = try await write(refusal, to: object)
            } else {
                try await clearRefusal(of: object)
            }
        } catch {
            environment.logger.debug(
                "condition not written: \(error)", metadata: ["canary": "\(key)"])
        }
    }

    private func clearRefusal(of object: KubernetesObject) async throws {
        let status = object.json["status"]
        guard CanaryConditions.find(CanaryConditions.accepted, in: status) != nil else { return }
        try await write(conditions: others(of: status), to: object)
    }

    private func others(of status: JSONValue?) -> [JSONValue] {
        (status?["conditions"]?.elements ?? []).filter {
            $0["type"] != .string(CanaryConditions.accepted)
        }
    }

    private func write(conditions: [JSONValue], to object: KubernetesObject) async throws {
        try await environment.cluster.patch(
            .canary, key.name, in: key.namespace ?? "",
            with: [
                "metadata": ["resourceVersion": .string(object.resourceVersion ?? "")],
                "status": ["conditions": .array(conditions)],
            ], subresource: "status")
    }
}

extension TargetRegistry.Target {
    init(_ canary: Canary) {
        let target = canary.spec.targetRef
        self.init(namespace: canary.metadata.namespace, kind: target.kind, name: target.name)
    }
}

extension CanaryDefinition {
    /// Lets a hook hear every event, when the canary has no event hook of its own.
    mutating func addEventWebhook(_ url: String) {
        guard !url.isEmpty, plan.hooks(at: .eachEvent).isEmpty else { return }
        plan.hooks.append(Hook(index: webhooks.count, name: "event-webhook", type: .event))
        webhooks.append(Webhook(endpoint: HookEndpoint(url: url)))
    }
}
