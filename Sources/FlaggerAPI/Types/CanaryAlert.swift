/// Who is told of a rollout, and of what.
public struct CanaryAlert: Codable, Equatable, Sendable {
    /// The name that logs show.
    public var name: String
    /// The least severity that is sent: `info`, `warn` or `error`; `info` by default.
    public var severity = "info"
    /// The `AlertProvider` that sends it.
    public var providerRef: CrossNamespaceObjectReference

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, severity, providerRef
    }

    /// An alert through a provider.
    public init(name: String, severity: String = "info", providerRef: CrossNamespaceObjectReference) {
        self.name = name
        self.severity = severity
        self.providerRef = providerRef
    }

    /// Reads an alert; `name` and `providerRef` are required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        try fields.read(.severity, into: &severity)
        if severity.isEmpty { severity = "info" }
        providerRef = try fields.decode(CrossNamespaceObjectReference.self, forKey: .providerRef)
    }
}
