/// No resource is given twice, and no two canaries release one target or, on one machine, serve one port.
enum DuplicateRule {
    static func diagnostics(of entries: [ManifestEntry]) -> [Diagnostic] {
        var firsts: [[String]: ManifestEntry] = [:]
        var releasers: [[String]: ManifestEntry] = [:]
        var servers: [Int: ManifestEntry] = [:]
        var diagnostics: [Diagnostic?] = []
        for entry in entries {
            let metadata = entry.resource.metadata
            let key = [entry.resource.kind, metadata.namespace, metadata.name]
            if let first = firsts[key] {
                diagnostics.append(entry.diagnostic(duplicate(of: first)))
                continue
            }
            firsts[key] = entry
            guard case .canary(let canary) = entry.resource, !canary.spec.targetRef.name.isEmpty else {
                continue
            }
            let target = [metadata.namespace, canary.spec.targetRef.kind, canary.spec.targetRef.name]
            if let first = releasers[target] {
                diagnostics.append(entry.diagnostic(sameTarget(as: first)))
            } else {
                releasers[target] = entry
            }
            guard canary.spec.targetRef.kind == ProcessResource.kind else { continue }
            if let first = servers[canary.spec.service.port] {
                diagnostics.append(entry.diagnostic(samePort(as: first, canary.spec.service.port)))
            } else {
                servers[canary.spec.service.port] = entry
            }
        }
        return diagnostics.compactMap { $0 }
    }

    private static func duplicate(of first: ManifestEntry) -> Finding {
        let name = "\(first.resource.kind) \"\(first.resource.metadata.name)\""
        return Finding(
            path: FieldPath("metadata.name"), severity: .error, rule: "duplicate-resource",
            message: "\(name) is in \(first.file):\(first.line) already", fix: "remove or rename one of them")
    }

    private static func samePort(as first: ManifestEntry, _ port: Int) -> Finding {
        Finding(
            path: FieldPath("spec.service.port"), severity: .error, rule: "same-port",
            message:
                "Canary \"\(first.resource.metadata.name)\" (\(first.file):\(first.line)) has port \(port) of this machine",
            fix: "choose another port for one of them")
    }

    private static func sameTarget(as first: ManifestEntry) -> Finding {
        Finding(
            path: FieldPath("spec.targetRef"), severity: .error, rule: "same-target",
            message:
                "Canary \"\(first.resource.metadata.name)\" (\(first.file):\(first.line)) releases this target too",
            fix: "keep one canary for each target")
    }
}
