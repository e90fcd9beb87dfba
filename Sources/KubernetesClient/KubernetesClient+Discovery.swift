import JSON

extension KubernetesClient: DiscoveryAPI {
    /// The kinds that a group and version has; nil when the server does not have that version.
    public func resources(of apiVersion: String) async throws -> [ResourceType]? {
        let parts = apiVersion.split(separator: "/").map(String.init)
        let segments = parts.count == 1 ? ["api"] + parts : ["apis"] + parts
        let request = APIRequest(segments: segments, purpose: "discover \(apiVersion)")
        guard let json = try await found(request) else { return nil }
        return (json["resources"]?.elements ?? []).compactMap { resource in
            guard let plural = resource["name"]?.string, !plural.contains("/"),
                let kind = resource["kind"]?.string
            else { return nil }
            return ResourceType(
                group: parts.count == 1 ? "" : parts[0], version: parts.last ?? apiVersion, kind: kind,
                plural: plural, isNamespaced: resource["namespaced"]?.bool ?? false)
        }
    }

    /// The versions of a group that the server has, its preferred one first; empty when it has none.
    public func versions(ofGroup group: String) async throws -> [String] {
        if group.isEmpty {
            let json = try await json(APIRequest(segments: ["api"], purpose: "discover the core group"))
            return (json["versions"]?.elements ?? []).compactMap(\.string)
        }
        let request = APIRequest(segments: ["apis", group], purpose: "discover \(group)")
        guard let json = try await found(request) else { return [] }
        let versions = (json["versions"]?.elements ?? []).compactMap { $0["version"]?.string }
        guard let preferred = json["preferredVersion"]?["version"]?.string else { return versions }
        return [preferred] + versions.filter { $0 != preferred }
    }

    /// The server's version, such as `v1.34.1`.
    public func serverVersion() async throws -> String {
        let request = APIRequest(segments: ["version"], purpose: "ask for the server's version")
        guard let version = try await json(request)["gitVersion"]?.string else {
            throw KubernetesError.unreadable("\(request.purpose): the answer has no gitVersion")
        }
        return version
    }

    private func found(_ request: APIRequest) async throws -> JSONValue? {
        let answer = try await send(request)
        if answer.code == 404 { return nil }
        guard answer.isSuccess else { throw answer.error(for: request.purpose) }
        return try answer.json(for: request.purpose)
    }
}
