public import FlaggerAPI

/// What canaries refer to by name: metric templates, alert providers, secrets.
///
/// Read anew at each use, so that a changed one counts from then on and no copy of a secret is kept.
public protocol ReferencedResources: Sendable {
    /// A metric template; nil when there is none of that name.
    func metricTemplate(_ name: NamespacedName) async throws -> MetricTemplate?
    /// An alert provider; nil when there is none of that name.
    func alertProvider(_ name: NamespacedName) async throws -> AlertProvider?
    /// A secret's values; nil when there is none of that name.
    func secret(_ name: NamespacedName) async throws -> Credentials?
}

extension ReferencedResources {
    /// The values of the secret that a resource of a namespace refers to; none when it refers to none.
    ///
    /// - Throws: `DeliveryError.credentials` when there is no such secret.
    func credentials(_ reference: SecretReference?, in namespace: String) async throws -> Credentials {
        guard let reference else { return .none }
        let name = NamespacedName(namespace: namespace, name: reference.name)
        guard let found = try await secret(name) else {
            throw DeliveryError.credentials("there is no secret \(name)")
        }
        return found
    }
}

/// A world without such resources.
public struct NoReferencedResources: ReferencedResources {
    /// A world without such resources.
    public init() {}

    /// None.
    public func metricTemplate(_ name: NamespacedName) -> MetricTemplate? { nil }
    /// None.
    public func alertProvider(_ name: NamespacedName) -> AlertProvider? { nil }
    /// None.
    public func secret(_ name: NamespacedName) -> Credentials? { nil }
}
