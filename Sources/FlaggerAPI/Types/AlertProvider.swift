/// Where alerts are sent: the `flagger.app/v1beta1` resource of that kind.
public struct AlertProvider: Codable, Equatable, Sendable {
    /// The `kind` of this resource.
    public static let kind = "AlertProvider"

    /// Always `flagger.app/v1beta1` in a valid manifest.
    public var apiVersion: String
    /// Always `AlertProvider` in a valid manifest.
    public var kind: String
    /// Name and namespace.
    public var metadata: ObjectMeta
    /// The receiver.
    public var spec: Spec

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, metadata, spec, status
    }

    /// The receiver of alerts.
    public struct Spec: Codable, Equatable, Sendable {
        /// The kind of receiver, such as `slack`.
        public var type: String
        /// The channel.
        public var channel: String?
        /// The sender's name.
        public var username: String?
        /// The address that is sent the alert.
        public var address: String?
        /// The secret that holds the address or token.
        public var secretRef: SecretReference?
        /// The proxy on the way.
        public var proxy: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case type, channel, username, address, secretRef, proxy
        }

        /// A receiver of a kind.
        public init(type: String, address: String? = nil, secretRef: SecretReference? = nil) {
            self.type = type
            self.address = address
            self.secretRef = secretRef
        }
    }

    /// Reads a provider; `metadata` and `spec` are required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try fields.decode(String.self, forKey: .apiVersion)
        kind = try fields.decode(String.self, forKey: .kind)
        metadata = try fields.decode(ObjectMeta.self, forKey: .metadata)
        spec = try fields.decode(Spec.self, forKey: .spec)
    }

    /// Writes the provider.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(apiVersion, forKey: .apiVersion)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(metadata, forKey: .metadata)
        try fields.encode(spec, forKey: .spec)
    }
}
