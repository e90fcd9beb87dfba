/// The body that a hook is sent.
public struct CanaryWebhookPayload: Codable, Equatable, Sendable {
    /// The canary's name.
    public var name: String
    /// The canary's namespace.
    public var namespace: String
    /// The phase by wire name.
    public var phase: String
    /// The fingerprint of the tracked configuration and the target's spec.
    public var checksum: String
    /// Texts from the hook's settings; left out of the JSON when there is none.
    public var metadata: [String: String]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, namespace, phase, checksum, metadata
    }

    /// A payload.
    public init(
        name: String, namespace: String, phase: String, checksum: String, metadata: [String: String] = [:]
    ) {
        self.name = name
        self.namespace = namespace
        self.phase = phase
        self.checksum = checksum
        self.metadata = metadata
    }

    /// Reads a payload; absent fields are empty.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decodeIfPresent(String.self, forKey: .name) ?? ""
        namespace = try fields.decodeIfPresent(String.self, forKey: .namespace) ?? ""
        phase = try fields.decodeIfPresent(String.self, forKey: .phase) ?? ""
        checksum = try fields.decodeIfPresent(String.self, forKey: .checksum) ?? ""
        metadata = try fields.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
    }

    /// Writes the payload, without `metadata` when it is empty.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(namespace, forKey: .namespace)
        try fields.encode(phase, forKey: .phase)
        try fields.encode(checksum, forKey: .checksum)
        if !metadata.isEmpty { try fields.encode(metadata, forKey: .metadata) }
    }
}
