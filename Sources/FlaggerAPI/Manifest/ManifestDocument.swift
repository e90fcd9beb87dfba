/// One document of a file, on its way to a resource.
struct ManifestDocument {
    let node: ManifestNode
    let file: String

    /// The documents of a `List`, or the document itself; none when it is empty.
    static func unfold(_ node: ManifestNode) -> [ManifestNode] {
        if node.isNull { return [] }
        guard node["kind"]?.text == "List", case .list(let items)? = node["items"]?.content else {
            return [node]
        }
        return items
    }

    /// The resource, if its kind is ours, and what is wrong with it.
    func read() -> (entry: ManifestEntry?, diagnostics: [Diagnostic]) {
        let collector = FindingCollector()
        let decoder = NodeDecoder(node: node, path: .root, findings: collector)
        var entry: ManifestEntry?
        if let resource = resource(decoder, collector) {
            let findings = softened(collector.findings, for: resource)
            let unreadable = findings.filter { $0.severity == .error }.map(\.path)
            entry = ManifestEntry(
                resource: resource, file: file, line: node.mark.line, node: node, unreadable: unreadable)
            return (entry, findings.map { Diagnostic($0, in: node, of: file) })
        }
        return (nil, collector.findings.map { Diagnostic($0, in: node, of: file) })
    }

    private func resource(_ decoder: NodeDecoder, _ collector: FindingCollector) -> ManifestResource? {
        guard node.members != nil else {
            _ = decoder.mismatch("a resource", fix: "start with `apiVersion:` and `kind:`")
            return nil
        }
        guard let kind = ResourceKind.known(of: node, collector) else { return nil }
        do {
            return try kind.decode(decoder)
        } catch {
            // Every way to fail reports itself first.
            return nil
        }
    }

    /// What is wrong with a secret is told without the value.
    private static func withoutValue(_ finding: Finding) -> Finding {
        guard [.key("data"), .key("stringData")].contains(finding.path.components.first) else {
            return finding
        }
        var shy = finding
        shy.message = "is no text"
        shy.fix = "write it in quotes"
        return shy
    }

    /// Kubernetes refuses hook metadata that is not text; on one machine it is taken as written.
    private func softened(_ findings: [Finding], for resource: ManifestResource) -> [Finding] {
        if case .secret = resource { return findings.map(Self.withoutValue) }
        guard case .canary(let canary) = resource, canary.spec.targetRef.kind == ProcessResource.kind else {
            return findings
        }
        return findings.map { finding in
            guard finding.rule == "not-a-text", node.isScalar(at: finding.path) else { return finding }
            var softer = finding
            softer.severity = .warning
            softer.message += "; it is taken as written, but Kubernetes refuses it"
            return softer
        }
    }
}

extension ManifestNode {
    fileprivate func isScalar(at path: FieldPath) -> Bool {
        let found = path.components.reduce(self as ManifestNode?) { node, component in
            switch (component, node?.content) {
            case (.key(let key), .map): return node?[key]
            case (.index(let index), .list(let elements)?):
                return elements.indices.contains(index) ? elements[index] : nil
            default: return nil
            }
        }
        if case .scalar? = found?.content { return true }
        return false
    }
}
