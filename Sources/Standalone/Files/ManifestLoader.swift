import Delivery
import FlaggerAPI
import Foundation

/// Turns validated manifests into resources for the database.
enum ManifestLoader {
    /// The resources of one text that is applied.
    ///
    /// - Parameters:
    ///   - text: YAML or JSON.
    ///   - folder: the absolute folder that relative paths start from.
    ///   - options: what is there already.
    ///   - resources: what canaries of the text may refer to although it is not in it.
    /// - Throws: `StandaloneError.manifest` with everything that is wrong.
    static func drafts(
        of text: String, folder: String, options: ValidationOptions, resources: any ReferencedResources
    ) async throws -> [ResourceTable.Draft] {
        let manifest = ManifestReader(options: options).read(text: text)
        let drafts = try drafts(of: manifest) { _ in folder }
        guard manifest.secrets.isEmpty else {
            throw StandaloneError.manifest([
                "Secret \(manifest.secrets[0].metadata.name): error: secrets are not kept by the daemon "
                    + "(fix: add it to the files of `aviary run`, or to its --secrets-dir)"
            ])
        }
        try await SecretCheck.check(
            manifest.canaries, among: ManifestResources(manifest: manifest, others: resources))
        return drafts
    }

    static func drafts(
        of manifest: Manifest, folder: (_ file: String) -> String
    ) throws -> [ResourceTable.Draft] {
        let errors = manifest.diagnostics.filter { $0.severity == .error }
        guard errors.isEmpty else { throw StandaloneError.manifest(errors.map(\.description)) }
        return try manifest.entries.compactMap { entry in
            let folder = folder(entry.file)
            var draft: ResourceTable.Draft
            switch entry.resource {
            case .canary(let canary): draft = try Self.draft(of: canary, folder: folder)
            case .process(let process):
                draft = try Self.draft(
                    of: process, kind: ProcessResource.kind, process.metadata, folder: folder)
            case .metricTemplate(let template):
                draft = try Self.draft(
                    of: template, kind: MetricTemplate.kind, template.metadata, folder: folder)
            case .alertProvider(let provider):
                draft = try Self.draft(
                    of: provider, kind: AlertProvider.kind, provider.metadata, folder: folder)
            // Never in the database.
            case .secret: return nil
            }
            draft.documentHash = try entry.documentHash
            return draft
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
