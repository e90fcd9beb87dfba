import FlaggerAPI
import Foundation

/// Turns validated manifests into resources for the database.
enum ManifestLoader {
    static let options = ValidationOptions(requiresProcess: true)

    /// The resources of one text.
    ///
    /// - Parameters:
    ///   - text: YAML or JSON.
    ///   - folder: the absolute folder that relative paths start from.
    ///   - knownTargets: processes that canaries of the text may name although they are not in it.
    /// - Throws: `StandaloneError.manifest` with everything that is wrong.
    static func drafts(
        of text: String, folder: String, knownTargets: Set<CanaryKey>
    ) throws -> [ResourceTable.Draft] {
        let manifest = ManifestReader(options: options).read(text: text)
        return try drafts(of: manifest, knownTargets: knownTargets) { _ in folder }
    }

    static func drafts(
        of manifest: Manifest, knownTargets: Set<CanaryKey>, folder: (_ file: String) -> String
    ) throws -> [ResourceTable.Draft] {
        let targets = Set(
            manifest.canaries.map {
                CanaryKey(namespace: $0.metadata.namespace, name: $0.spec.targetRef.name)
            })
        let errors = manifest.diagnostics.filter { problem in
            guard problem.severity == .error else { return false }
            return problem.rule != "unknown-target" || !targets.isSubset(of: knownTargets)
        }
        let problems = errors.map(\.description) + manifest.canaries.flatMap(unmeasurable)
        guard problems.isEmpty else { throw StandaloneError.manifest(problems) }
        return try manifest.entries.compactMap { entry in
            var draft: ResourceTable.Draft
            switch entry.resource {
            case .canary(let canary): draft = try Self.draft(of: canary, folder: folder(entry.file))
            case .process(let process):
                draft = try Self.draft(
                    of: process, kind: ProcessResource.kind, process.metadata, folder: folder(entry.file))
            case .metricTemplate, .alertProvider: return nil
            }
            draft.documentHash = try entry.documentHash
            return draft
        }
    }

    /// Metrics that only a metrics server could answer.
    private static func unmeasurable(_ canary: Canary) -> [String] {
        canary.spec.effectiveAnalysis.metrics.enumerated().compactMap { index, metric in
            guard metric.query != nil || metric.templateRef != nil else { return nil }
            return """
                canary \(canary.metadata.name): error: spec.analysis.metrics[\(index)]: \(metric.name) needs a metrics \
                server, which `aviary run` does not ask (fix: use request-success-rate or request-duration)
                """
        }
    }

    static func draft(of canary: Canary, folder: String) throws -> ResourceTable.Draft {
        var wanted = canary
        wanted.status = nil
        return try draft(of: wanted, kind: Canary.kind, canary.metadata, folder: folder)
    }

    private static func draft(
        of resource: some Encodable, kind: String, _ metadata: ObjectMeta, folder: String
    ) throws -> ResourceTable.Draft {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ResourceTable.Draft(
            kind: kind, namespace: metadata.namespace, name: metadata.name,
            json: String(decoding: try encoder.encode(resource), as: UTF8.self), folder: folder)
    }
}
