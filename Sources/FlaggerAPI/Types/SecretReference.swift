/// Names a secret in the same namespace.
public struct SecretReference: Codable, Equatable, Sendable {
    /// The secret's name.
    public var name: String

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
    }

    /// A reference by name.
    public init(name: String) { self.name = name }
}
