import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// Making and changing primary.
extension PodWorkload {
    /// The target itself, as the server has it now, and its tracked configuration.
    struct FreshTarget {
        var object: KubernetesObject
        var template: PrimaryTemplate
        var configuration: [ConfigurationReferences.Reference: KubernetesObject]
    }

    /// Reads all of the target that goes to primary.
    ///
    /// - Throws: `ControllerError.target` when it is not at this revision any more, or something of it is missing.
    func freshTarget(at revision: Revision) async throws -> FreshTarget {
        let name = context.targetName
        guard let full = try await context.cluster.fetch(controller.type, name, in: context.namespace) else {
            throw missingTarget
        }
        if let complaint = controller.complaint(about: full) {
            throw ControllerError.target("\(targetText) \(complaint)")
        }
        let summary = Projection.project(full, controller.type)
        var objects: [ConfigurationReferences.Reference: KubernetesObject] = [:]
        var tracked = TrackedConfiguration.none
        if context.settings.tracksConfiguration {
            let references = ConfigurationReferences(
                json: summary.json[path: Projection.templateKey, "configuration"])
            for reference in references.all {
                objects[reference] = try await context.cluster.fetch(
                    reference.kind.type, reference.name, in: context.namespace)
            }
            let found = objects
            tracked = try await TrackedConfiguration.resolve(references, known: [:]) { found[$0] }
            if let missing = tracked.missing.first {
                throw ControllerError.target(
                    "\(targetText) needs \(missing.statusName), which does not exist")
            }
        }
        guard self.revision(of: summary, tracked) == revision else {
            throw ControllerError.target("\(targetText) has changed meanwhile")
        }
        let selector = try selector(of: full)
        let template = PrimaryTemplate(
            targetName: name, selectorLabel: selector.label, selectorValue: selector.value,
            selectorLabels: context.settings.selectorLabels, labelPrefixes: context.settings.labelPrefixes,
            configuration: tracked.references)
        return FreshTarget(
            object: full, template: template,
            configuration: objects.filter { tracked.references.contains($0.key) })
    }

    func recognisePrimary() async throws -> Revision? {
        let primary = try await context.cluster.fetch(
            controller.type, context.primaryName, in: context.namespace)
        guard let primary, primary.primaryRevision == nil else { return nil }
        let revision = try await observe().target
        let target = try await freshTarget(at: revision)
        let template = target.object.json[path: "spec", "template"] ?? [:]
        let wanted = target.template.podTemplate(of: template, at: revision)["spec"] ?? [:]
        let own = primary.json[path: "spec", "template", "spec"] ?? [:]
        return own.canonicalText == wanted.canonicalText ? revision : Revision(spec: "unknown")
    }

    func lacksPrimary() async throws -> Bool {
        guard let primary = try await context.find(controller.type, context.primaryName) else { return true }
        for (copy, object) in try await copies(of: primary) where object == nil && !copy.isOptional {
            let source = String(copy.reference.name.dropLast(PrimaryTemplate.suffix.count))
            if try await context.find(copy.reference.kind.type, source) != nil { return true }
        }
        return false
    }

    func restorePrimary(at revision: Revision) async throws {
        let known = try await observe()
        guard known.target == revision else { throw context.unreleased(targetText) }
        let target = try await freshTarget(at: revision)
        if try await context.find(controller.type, context.primaryName) == nil {
            try await createPrimary(from: target, at: revision)
        } else {
            try await copyConfiguration(of: target)
        }
        try await PrimaryAutoscaler(context: context)?.reconcile()
    }

    /// The copies of configuration that primary reads, as far as they are there.
    func copies(
        of primary: KubernetesObject
    ) async throws -> [(
        copy: (reference: ConfigurationReferences.Reference, isOptional: Bool), object: KubernetesObject?
    )] {
        let references = ConfigurationReferences(
            json: primary.json[path: Projection.templateKey, "configuration"])
        var found: [((ConfigurationReferences.Reference, Bool), KubernetesObject?)] = []
        for reference in references.all where reference.name.hasSuffix(PrimaryTemplate.suffix) {
            found.append(
                (
                    (reference, references.optional[reference] ?? false),
                    try await context.find(reference.kind.type, reference.name)
                ))
        }
        return found
    }

    /// Refuses a target whose primary's pods another one's primary has already: requests to either would reach both.
    func requireOwnLabel(_ template: PrimaryTemplate) async throws {
        let selector = Selector(labels: "\(template.selectorLabel)=\(template.primaryValue)")
        for type in [ResourceType.deployment, .daemonSet] {
            let others = try await context.cluster.list(type, in: context.namespace, matching: selector)
            let other = others.first {
                $0.name != context.primaryName
                    && $0.json[path: "spec", "selector", "matchLabels", template.selectorLabel]
                        == .string(template.primaryValue)
            }
            guard let other else { continue }
            throw ControllerError.target(
                "\(targetText) selects its pods by \(template.selectorLabel)=\(template.selectorValue), and \(type.kind) \(other.name) has the label \(selector.labels) that its primary would get: requests to one would reach the other; give each target a value of its own, or start the controller with -selector-labels"
            )
        }
    }

    func createPrimary(from target: FreshTarget, at revision: Revision) async throws {
        try await copyConfiguration(of: target)
        var spec: [String: JSONValue] = [:]
        for member in controller.copiedMembers { spec[member] = target.object.json[path: "spec", member] }
        if controller.hasReplicas { spec["replicas"] = JSONValue(max(1, target.object.replicas)) }
        spec["selector"] = [
            "matchLabels": [target.template.selectorLabel: .string(target.template.primaryValue)]
        ]
        spec["template"] = target.template.podTemplate(
            of: target.object.json[path: "spec", "template"] ?? [:], at: revision)
        var annotations = target.object.annotations.withoutToolkitMarks.filter {
            $0.key != KubernetesObject.lastAppliedKey && !$0.key.hasPrefix("deployment.kubernetes.io/")
                && !$0.key.hasPrefix("deprecated.daemonset.")
        }
        annotations[PodTemplate.revisionKey] = revision.annotation
        let primary = context.object(
            controller.type, named: context.primaryName,
            labels: target.template.labels(of: target.object.labels), annotations: annotations,
            members: ["spec": .object(spec)])
        try await context.cluster.create(primary, as: controller.type)
    }

    /// Moves an existing primary to the target's revision, in one write that fails when primary changes meanwhile.
    func overwrite(_ primary: KubernetesObject, from target: FreshTarget, at revision: Revision) async throws
    {
        try await copyConfiguration(of: target)
        let old = primary.json["spec"] ?? [:]
        var wanted = old
        for member in controller.copiedMembers { wanted[member] = target.object.json[path: "spec", member] }
        if controller.hasReplicas, context.canary.spec.autoscalerRef == nil, target.object.replicas > 0 {
            wanted["replicas"] = target.object.json[path: "spec", "replicas"]
        }
        wanted["template"] = target.template.podTemplate(
            of: target.object.json[path: "spec", "template"] ?? [:], at: revision)
        var annotations = target.template.included(target.object.annotations)
        annotations[KubernetesObject.lastAppliedKey] = nil
        annotations[PodTemplate.revisionKey] = revision.annotation
        try await context.cluster.patch(
            controller.type, context.primaryName, in: context.namespace,
            with: [
                "metadata": [
                    "resourceVersion": .string(primary.resourceVersion ?? ""),
                    "labels": JSONValue(target.template.labels(of: target.object.labels)),
                    "annotations": JSONValue(annotations),
                ],
                "spec": old.mergePatch(to: wanted),
            ])
    }

    /// Copies tracked ConfigMaps and Secrets to the names that primary reads.
    private func copyConfiguration(of target: FreshTarget) async throws {
        for (reference, source) in target.configuration.sorted(by: { $0.key < $1.key }) {
            let name = reference.name + PrimaryTemplate.suffix
            let wanted = context.object(
                reference.kind.type, named: name, labels: target.template.included(source.labels),
                members: source.json.members?.filter { ["data", "binaryData", "type"].contains($0.key) }
                    ?? [:])
            try await put(wanted, as: reference.kind.type)
        }
    }

    /// Creates an object of data, or makes an existing one's data the same. It stays until the last canary is gone that
    /// reads it.
    private func put(_ wanted: KubernetesObject, as type: ResourceType) async throws {
        guard
            let existing = try await context.cluster.fetch(type, wanted.name, in: context.namespace)
        else {
            try await context.cluster.create(wanted, as: type)
            return
        }
        var patch: JSONValue = ["metadata": ["resourceVersion": .string(existing.resourceVersion ?? "")]]
        var differs = false
        for part in ["data", "binaryData"] where existing.json[part] != wanted.json[part] {
            differs = true
            patch[part] = wanted.json[part].map { (existing.json[part] ?? [:]).mergePatch(to: $0) } ?? .null
        }
        if let owners = existing.sharedOwners(with: context.canary.ownerReference) {
            differs = true
            patch[path: "metadata", "ownerReferences"] = owners
        }
        guard differs else { return }
        try await context.cluster.patch(type, wanted.name, in: context.namespace, with: patch)
    }
}
