import Delivery
import FlaggerAPI
import Foundation
import JSON
import KubernetesClient

/// What canaries refer to by name, in the cluster. Secrets are read when they are needed and never kept.
struct ClusterResources: ReferencedResources {
    let cluster: any Cluster
    let global: GlobalAlerts

    func metricTemplate(_ name: NamespacedName) async throws -> MetricTemplate? {
        try await decode(.metricTemplate, name)
    }

    func alertProvider(_ name: NamespacedName) async throws -> AlertProvider? {
        if name == GlobalAlerts.name { return try global.provider }
        return try await decode(.alertProvider, name)
    }

    func secret(_ name: NamespacedName) async throws -> Credentials? {
        if name == GlobalAlerts.name { return global.credentials }
        guard let object = try await cluster.fetch(.secret, name.name, in: name.namespace) else { return nil }
        let data = object.json["data"]?.strings ?? [:]
        return Credentials(
            data.compactMapValues { Data(base64Encoded: $0).map { String(decoding: $0, as: UTF8.self) } })
    }

    private func decode<Resource: Decodable>(
        _ type: ResourceType, _ name: NamespacedName
    ) async throws -> Resource? {
        guard let object = try await cluster.find(type, name.name, in: name.namespace) else { return nil }
        var json = object.json
        json["apiVersion"] = .string(type.apiVersion)
        json["kind"] = .string(type.kind)
        return try JSONDecoder().decode(Resource.self, from: Data(json.text.utf8))
    }
}
