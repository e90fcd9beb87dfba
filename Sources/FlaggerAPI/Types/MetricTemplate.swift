/// A metric of one's own: the `flagger.app/v1beta1` resource that holds its query.
public struct MetricTemplate: Codable, Equatable, Sendable {
    /// The `kind` of this resource.
    public static let kind = "MetricTemplate"

    /// Always `flagger.app/v1beta1` in a valid manifest.
    public var apiVersion: String
    /// Always `MetricTemplate` in a valid manifest.
    public var kind: String
    /// Name and namespace.
    public var metadata: ObjectMeta
    /// Where and what is asked.
    public var spec: Spec

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, metadata, spec, status
    }

    /// Where and what is asked.
    public struct Spec: Codable, Equatable, Sendable {
        /// Where the metric comes from.
        public var provider: Provider
        /// The query, with `{{ variables }}`.
        public var query: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case provider, query
        }
    }

    /// Where a metric comes from.
    public struct Provider: Codable, Equatable, Sendable {
        /// The kind of server, such as `prometheus`.
        public var type: String
        /// The server's address.
        public var address: String?
        /// The secret that holds the credentials.
        public var secretRef: SecretReference?
        /// The region, where the provider has one.
        public var region: String?
        /// Skips certificate verification.
        public var insecureSkipVerify: Bool?
        /// Further headers by name, each with its values.
        public var headers: [String: [String]]?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case type, address, secretRef, region, insecureSkipVerify, headers
        }

        /// A server of a kind.
        public init(type: String, address: String? = nil, secretRef: SecretReference? = nil) {
            self.type = type
            self.address = address
            self.secretRef = secretRef
        }
    }

    /// Reads a template; `metadata` and `spec` are required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try fields.decode(String.self, forKey: .apiVersion)
        kind = try fields.decode(String.self, forKey: .kind)
        metadata = try fields.decode(ObjectMeta.self, forKey: .metadata)
        spec = try fields.decode(Spec.self, forKey: .spec)
    }

    /// Writes the template.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(apiVersion, forKey: .apiVersion)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(metadata, forKey: .metadata)
        try fields.encode(spec, forKey: .spec)
    }
}
