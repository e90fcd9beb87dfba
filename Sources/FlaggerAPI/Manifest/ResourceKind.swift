/// A kind of resource that Aviary reads.
struct ResourceKind: Sendable {
    let apiVersion: String
    let kind: String
    let decode: @Sendable (NodeDecoder) throws -> ManifestResource

    /// Every kind, by one line each.
    static let all = [
        ResourceKind(apiVersion: Canary.apiVersion, kind: Canary.kind) {
            .canary(try $0.decode(Canary.self))
        },
        ResourceKind(apiVersion: Canary.apiVersion, kind: MetricTemplate.kind) {
            .metricTemplate(try $0.decode(MetricTemplate.self))
        },
        ResourceKind(apiVersion: Canary.apiVersion, kind: AlertProvider.kind) {
            .alertProvider(try $0.decode(AlertProvider.self))
        },
        ResourceKind(apiVersion: ProcessResource.apiVersion, kind: ProcessResource.kind) {
            .process(try $0.decode(ProcessResource.self))
        },
        ResourceKind(apiVersion: SecretResource.apiVersion, kind: SecretResource.kind) {
            .secret(try $0.decode(SecretResource.self))
        },
    ]

    /// The groups of which every kind must be known.
    private static let ownGroups: Set<String> = ["flagger.app", "aviary"]
    /// Kinds of Kubernetes that have no group of their own with a dot in it.
    private static let foreignKinds: Set<String> = [
        "ConfigMap", "CronJob", "DaemonSet", "Deployment", "HorizontalPodAutoscaler", "Job", "Namespace",
        "PersistentVolumeClaim", "Pod", "PodDisruptionBudget", "ReplicaSet", "Service",
        "ServiceAccount", "StatefulSet",
    ]

    /// The kind of a document; nil, with a finding that says why, when it is none of ours.
    static func known(of node: ManifestNode, _ findings: FindingCollector) -> ResourceKind? {
        let apiVersion = node["apiVersion"]?.text
        let names = all.map(\.kind)
        guard let kind = node["kind"]?.text else {
            findings.report(
                at: FieldPath("kind"), rule: "missing-field", "missing",
                fix: "add `kind: Canary` or another kind")
            return nil
        }
        let group = apiVersion.map { String($0.prefix { $0 != "/" }) }
        if kind == SecretResource.kind, node["sops"] != nil {
            findings.report(
                .info, at: FieldPath("kind"), rule: "foreign-kind",
                "this Secret is encrypted with SOPS and not checked", fix: "")
            return nil
        }
        if let found = all.first(where: { $0.kind == kind }), group.map({ !$0.isForeign }) ?? true {
            report(apiVersion, ifNot: found.apiVersion, findings)
            return found
        }
        let isForeign = foreignKinds.contains(kind) || group?.isForeign == true
        if isForeign, !ownGroups.contains(group ?? "") {
            findings.report(
                .info, at: FieldPath("kind"), rule: "foreign-kind",
                "\(kind) is left to Kubernetes and not checked",
                fix: "")
            return nil
        }
        let suggestion = Spelling.nearest(to: kind, among: names)
        findings.report(
            at: FieldPath("kind"), rule: "unknown-kind", "unknown kind \"\(kind)\"",
            fix: suggestion.map { "did you mean `\($0)`?" } ?? "use one of \(names.joined(separator: ", "))")
        return nil
    }

    private static func report(_ apiVersion: String?, ifNot expected: String, _ findings: FindingCollector) {
        guard apiVersion != expected else { return }
        let fix = "write `apiVersion: \(expected)`"
        if let apiVersion {
            findings.report(
                at: FieldPath("apiVersion"), rule: "unknown-version", "unknown version \"\(apiVersion)\"",
                fix: fix)
        } else {
            findings.report(at: FieldPath("apiVersion"), rule: "missing-field", "missing", fix: fix)
        }
    }
}

extension String {
    /// Whether an API group belongs to someone else; groups of others have a dot, ours is `aviary`.
    fileprivate var isForeign: Bool { self != "flagger.app" && contains(".") }
}
