import Delivery
import FlaggerAPI
import Foundation

/// What canaries of this machine refer to: templates and providers in the database, secrets outside of it.
struct StandaloneResources: ReferencedResources {
    let table: ResourceTable
    let secrets: SecretStore

    func metricTemplate(_ name: NamespacedName) async throws -> MetricTemplate? {
        try await table.resource(MetricTemplate.self, MetricTemplate.kind, name)
    }

    func alertProvider(_ name: NamespacedName) async throws -> AlertProvider? {
        try await table.resource(AlertProvider.self, AlertProvider.kind, name)
    }

    func secret(_ name: NamespacedName) async throws -> Credentials? { try secrets.secret(name) }
}

/// The resources of a manifest that is about to be taken, before those that are there already.
struct ManifestResources: ReferencedResources {
    let manifest: Manifest
    let others: any ReferencedResources

    func metricTemplate(_ name: NamespacedName) async throws -> MetricTemplate? {
        if let own = manifest.metricTemplates.first(where: { NamespacedName($0.metadata) == name }) {
            return own
        }
        return try await others.metricTemplate(name)
    }

    func alertProvider(_ name: NamespacedName) async throws -> AlertProvider? {
        if let own = manifest.alertProviders.first(where: { NamespacedName($0.metadata) == name }) {
            return own
        }
        return try await others.alertProvider(name)
    }

    func secret(_ name: NamespacedName) async throws -> Credentials? {
        if let found = try await others.secret(name) { return found }
        let own = manifest.secrets.first { NamespacedName($0.metadata) == name }
        return own.map { Credentials($0.values) }
    }
}

/// Secrets below a folder, and nothing else: what is there before anything was loaded.
struct FolderResources: ReferencedResources {
    let folder: SecretFolder?

    func metricTemplate(_ name: NamespacedName) -> MetricTemplate? { nil }
    func alertProvider(_ name: NamespacedName) -> AlertProvider? { nil }
    func secret(_ name: NamespacedName) throws -> Credentials? { try folder?.secret(name) }
}
