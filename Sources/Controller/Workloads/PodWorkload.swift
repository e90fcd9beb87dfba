import Delivery
import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// A target that runs pods: the user's object is the canary, a copy named `<target>-primary` is the stable side.
struct PodWorkload: ClusterWorkload {
    let context: TargetContext
    let controller: any PodController

    func observe() async throws -> WorkloadObservation {
        guard let target = try await context.find(controller.type, context.targetName) else {
            return try await observeWithoutTarget()
        }
        let configuration = try await configuration(of: target)
        let revision = revision(of: target, configuration)
        context.memory { memory in
            memory.checksums = configuration.checksums
            memory.target = revision
            memory.generation = target.generation
            memory.known = target.generation.map {
                .init(uid: target.uid, generation: $0, spec: revision.spec)
            }
        }
        let readiness = controller.readiness(of: target, threshold: context.analysis.canaryReadyThreshold)
        return WorkloadObservation(
            target: revision, primary: try await primaryState(),
            canary: WorkloadState(readiness: readiness, revision: readiness == .absent ? nil : revision))
    }

    /// A target that is deleted in the middle of a rollout takes nobody's traffic with it: the rollout sees a canary
    /// that does not serve.
    private func observeWithoutTarget() async throws -> WorkloadObservation {
        let status = context.memory { $0.status }
        guard let phase = status.phase, phase != .initializing, !phase.isAtRest,
            let revision = status.lastApplied
        else { throw missingTarget }
        let complaint = "\(targetText) not found"
        return WorkloadObservation(
            target: revision, primary: try await primaryState(),
            canary: WorkloadState(readiness: .unready(complaint, endpoints: 0), revision: revision))
    }

    private func primaryState() async throws -> WorkloadState {
        guard let found = try await context.find(controller.type, context.primaryName) else { return .absent }
        return WorkloadState(
            readiness: controller.readiness(of: found, threshold: context.analysis.primaryReadyThreshold),
            revision: found.primaryRevision)
    }

    func initialise(at revision: Revision) async throws {
        let target = try await freshTarget(at: revision)
        if let existing = try await context.cluster.fetch(
            controller.type, context.primaryName, in: context.namespace)
        {
            if existing.controllerReference != nil { try await context.own(controller.type, existing) }
            guard let own = existing.primaryRevision else { return try await adoptPrimary(at: revision) }
            if own != revision { try await overwrite(existing, from: target, at: revision) }
        } else {
            try await requireOwnLabel(target.template)
            try await createPrimary(from: target, at: revision)
        }
        try await PrimaryAutoscaler(context: context)?.reconcile()
    }

    func scaleUp(to revision: Revision) async throws {
        let target = try await target()
        try await PrimaryAutoscaler(context: context)?.resumeTarget()
        guard let change = controller.scalingUp(target, to: try await wantedReplicas()) else { return }
        try await patch(target, change)
    }

    func confirmCanary() async throws {
        let name = context.targetName
        let target = try await context.cluster.fetch(controller.type, name, in: context.namespace)
        guard let target else { throw missingTarget }
        let readiness = controller.readiness(of: target, threshold: context.analysis.canaryReadyThreshold)
        guard WorkloadState(readiness: readiness, revision: nil).hasEndpoints else {
            throw ControllerError.target("\(targetText) has no pods that serve: no traffic is routed to it")
        }
    }

    func scaleDown() async throws {
        guard let target = try await context.find(controller.type, context.targetName) else { return }
        try await PrimaryAutoscaler(context: context)?.pauseTarget()
        guard let change = controller.scalingDown(target) else { return }
        try await patch(target, change)
    }

    func promote(_ revision: Revision) async throws {
        let target = try await freshTarget(at: revision)
        guard
            let primary = try await context.cluster.fetch(
                controller.type, context.primaryName, in: context.namespace)
        else { return try await createPrimary(from: target, at: revision) }
        try await overwrite(primary, from: target, at: revision)
        try await PrimaryAutoscaler(context: context)?.reconcile()
    }

    func selector() async throws -> (label: String, value: String)? {
        guard let target = try await context.find(controller.type, context.targetName) else {
            if let last = context.memory({ $0.selector }) { return last }
            throw missingTarget
        }
        let found = try selector(of: target)
        context.memory { $0.selector = found }
        return found
    }

    func complaint() async throws -> String? {
        let target = try await target()
        if let complaint = controller.complaint(about: target) { return "\(targetText) \(complaint)" }
        if let complaint = try await portComplaint(about: target) { return complaint }
        let missing = try await configuration(of: target).missing
        guard missing.isEmpty else {
            let names = missing.map(\.statusName).joined(separator: ", ")
            return "\(targetText) needs \(names), which do not exist: create them, or mark them optional"
        }
        return nil
    }

    func takeOverPrimary() async throws -> Bool {
        guard let primary = try await context.find(controller.type, context.primaryName) else { return false }
        try await context.own(controller.type, primary)
        for (copy, object) in try await copies(of: primary) {
            guard let object, object.controllerReference?["kind"] == .string(Canary.kind) else { continue }
            try await context.ownOrShare(copy.reference.kind.type, object)
        }
        try await PrimaryAutoscaler(context: context)?.reconcile()
        return true
    }

    func adoptPrimary(at revision: Revision) async throws {
        guard let primary = try await context.find(controller.type, context.primaryName),
            primary.primaryRevision != revision
        else { return }
        try await context.cluster.patch(
            controller.type, context.primaryName, in: context.namespace,
            with: ["metadata": ["annotations": [PodTemplate.revisionKey: .string(revision.annotation)]]])
    }

    func restore() async throws -> Bool {
        guard let target = try await context.find(controller.type, context.targetName) else { return true }
        let autoscaler = PrimaryAutoscaler(context: context)
        try await autoscaler?.resumeTarget()
        // The autoscaler may have been deleted with the canary.
        let isScaled = try await autoscaler?.isThere == true
        let replicas = isScaled ? try await wantedReplicas() : try await primaryReplicas()
        if let change = controller.scalingUp(target, to: replicas) {
            try await patch(target, change)
            return false
        }
        return controller.readiness(of: target, threshold: context.analysis.canaryReadyThreshold) == .ready
    }
}

extension PodWorkload {
    var targetText: String { "\(controller.type.kind) \(context.targetName).\(context.namespace)" }

    /// The target as last seen.
    func target() async throws -> KubernetesObject {
        guard let target = try await context.find(controller.type, context.targetName) else {
            throw missingTarget
        }
        return target
    }

    var missingTarget: ControllerError {
        .target("\(targetText) not found: create it, or change spec.targetRef")
    }

    /// How many pods the canary gets: as many as primary, or what its autoscaler starts with.
    private func wantedReplicas() async throws -> Int {
        guard controller.hasReplicas else { return 1 }
        if let autoscaler = PrimaryAutoscaler(context: context) {
            return max(1, try await autoscaler.minimumReplicas())
        }
        return try await primaryReplicas()
    }

    private func primaryReplicas() async throws -> Int {
        max(1, try await context.find(controller.type, context.primaryName)?.replicas ?? 1)
    }

    func keepAutoscaler() async throws { try await PrimaryAutoscaler(context: context)?.keep() }

    /// Changes the number of pods. A new template that was deployed meanwhile is still to be seen.
    private func patch(_ target: KubernetesObject, _ change: JSONValue) async throws {
        let changed = try await context.cluster.patch(
            controller.type, context.targetName, in: context.namespace, with: change)
        let projected = Projection.project(changed, controller.type)
        func hash(_ object: KubernetesObject) -> JSONValue? {
            object.json[path: Projection.templateKey, "hash"]
        }
        guard let generation = changed.generation, hash(projected) == hash(target) else { return }
        context.memory { memory in
            memory.generation = generation
            memory.known?.generation = generation
        }
    }

    /// The label that a target's selector and `-selector-labels` have in common.
    func selector(of target: KubernetesObject) throws -> (label: String, value: String) {
        let labels = target.json[path: "spec", "selector", "matchLabels"]?.strings ?? [:]
        for label in context.settings.selectorLabels {
            if let value = labels[label] { return (label, value) }
        }
        let known = context.settings.selectorLabels.joined(separator: ", ")
        throw ControllerError.target(
            "\(targetText) spec.selector.matchLabels must contain one of \(known): add it, or start the controller with -selector-labels"
        )
    }
}

extension KubernetesObject {
    /// The revision that a primary tells; nil when it was not made here.
    var primaryRevision: Revision? {
        Revision(
            annotation: annotations[PodTemplate.revisionKey]
                ?? json[path: Projection.templateKey, "revision"]?.string
                ?? json[path: "spec", "template", "metadata", "annotations", PodTemplate.revisionKey]?.string)
    }
}
