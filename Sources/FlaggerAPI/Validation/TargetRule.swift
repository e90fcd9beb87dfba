extension CanaryRule {
    private static let targetPath = FieldPath("spec.targetRef")
    private static let kubernetesKinds = ["Deployment", "DaemonSet", "Service"]

    /// The target is of a kind that can be released, and is there.
    static let target = CanaryRule { canary, scope, list in
        let target = canary.spec.targetRef
        if target.name.isEmpty {
            list.error(targetPath["name"], "missing-field", "is empty", fix: "name the target")
        }
        if !scope.isStandalone {
            checkKubernetesKind(target, scope, &list)
        } else {
            checkProcess(of: canary, scope, &list)
        }
        if canary.spec.analysis != nil, canary.spec.canaryAnalysis != nil {
            list.warning(
                FieldPath("spec.canaryAnalysis"), "old-name", "`analysis` is given too; this one is ignored",
                fix: "remove it")
        }
        if canary.spec.progressDeadlineSeconds <= 0 {
            list.error(
                FieldPath("spec.progressDeadlineSeconds"), "out-of-range", "must be above 0",
                fix: "write the seconds a step may take, such as 600")
        }
    }

    private static func checkKubernetesKind(
        _ target: ObjectReference, _ scope: ValidationScope, _ list: inout FindingList
    ) {
        if scope.options.requiresProcess {
            list.error(
                targetPath["kind"], "needs-process", "a \(target.kind) needs Kubernetes",
                fix: "add a Process (aviary/v1alpha1) and name it here")
        } else if !kubernetesKinds.contains(target.kind) {
            let known = kubernetesKinds + [ProcessResource.kind]
            list.error(
                targetPath["kind"], "unknown-target-kind", "cannot release a \"\(target.kind)\"",
                fix: Spelling.nearest(to: target.kind, among: known).map { "did you mean `\($0)`?" }
                    ?? "use one of \(known.joined(separator: ", "))")
        }
    }

    private static func checkProcess(of canary: Canary, _ scope: ValidationScope, _ list: inout FindingList) {
        let target = canary.spec.targetRef
        if let version = target.apiVersion, version != ProcessResource.apiVersion {
            list.error(
                targetPath["apiVersion"], "unknown-version", "unknown version \"\(version)\"",
                fix: "write `apiVersion: \(ProcessResource.apiVersion)`")
        }
        let name = NamespacedName(namespace: canary.metadata.namespace, name: target.name)
        let isKnown =
            scope.options.knownProcesses.contains(name)
            || scope.names.contains(name, of: ProcessResource.kind)
        guard !target.name.isEmpty, !isKnown else { return }
        list.error(
            targetPath["name"], "unknown-target",
            "no Process \"\(target.name)\" in namespace \"\(name.namespace)\"",
            fix: scope.names.fix(for: name, of: ProcessResource.kind))
    }
}
