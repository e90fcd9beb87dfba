import KubernetesClient

/// Looks, before anything else, whether a cluster can be worked with.
struct ClusterCheck: Sendable {
    let client: any DiscoveryAPI

    /// - Returns: the server's version.
    /// - Throws: `ControllerError.cluster` when it can't be reached or the CRDs are missing.
    func verify() async throws -> String {
        let version: String
        let kinds: [ResourceType]?
        do {
            version = try await client.serverVersion()
            kinds = try await client.resources(of: ResourceType.canary.apiVersion)
        } catch let error as KubernetesError {
            throw ControllerError.cluster("the API server can't be asked: \(error)")
        }
        let needed = [ResourceType.canary, .metricTemplate, .alertProvider]
        let missing = needed.filter { wanted in
            !(kinds ?? []).contains { $0.kind == wanted.kind && $0.plural == wanted.plural }
        }
        guard missing.isEmpty else {
            let names = missing.map { "\($0.plural).\($0.group)" }.joined(separator: ", ")
            throw ControllerError.cluster(
                "the custom resource definitions \(names) (\(ResourceType.canary.apiVersion)) are not installed: apply the CRDs first"
            )
        }
        return version
    }
}
