/// Tells what an API server offers.
public protocol DiscoveryAPI: Sendable {
    /// The kinds that a group and version has; nil when the server does not have that version, as when a CRD is absent.
    ///
    /// - Parameter apiVersion: `v1`, or `group/version`.
    func resources(of apiVersion: String) async throws -> [ResourceType]?
    /// The versions of a group that the server has, its preferred one first; empty when it has none.
    func versions(ofGroup group: String) async throws -> [String]
    /// The server's version, such as `v1.34.1`.
    func serverVersion() async throws -> String
}

extension DiscoveryAPI {
    /// The first of these kinds that the server has, such as `autoscaling/v2` before `autoscaling/v2beta2`.
    public func first(of types: [ResourceType]) async throws -> ResourceType? {
        for type in types where try await resources(of: type.apiVersion)?.contains(type) == true {
            return type
        }
        return nil
    }
}
