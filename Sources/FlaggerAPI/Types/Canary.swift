/// How a target's new revisions are released: the `flagger.app/v1beta1` resource.
public struct Canary: Codable, Equatable, Sendable {
    /// The `apiVersion` of this resource.
    public static let apiVersion = "flagger.app/v1beta1"
    /// The `kind` of this resource.
    public static let kind = "Canary"

    /// Always `flagger.app/v1beta1` in a valid manifest.
    public var apiVersion = Canary.apiVersion
    /// Always `Canary` in a valid manifest.
    public var kind = Canary.kind
    /// Name, namespace and annotations.
    public var metadata: ObjectMeta
    /// What the user asks for.
    public var spec: CanarySpec
    /// Where the rollout stands; nil until the target was seen for the first time.
    public var status: CanaryStatus?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, metadata, spec, status
    }

    /// A canary without a status.
    public init(metadata: ObjectMeta, spec: CanarySpec, status: CanaryStatus? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// Reads a canary; `metadata` and `spec` are required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.apiVersion, into: &apiVersion)
        try fields.read(.kind, into: &kind)
        metadata = try fields.decode(ObjectMeta.self, forKey: .metadata)
        spec = try fields.decode(CanarySpec.self, forKey: .spec)
        try fields.read(.status, into: &status)
    }
}

extension Canary {
    /// The name that clients use: `spec.service.name`, or the target's name.
    public var apexName: String {
        guard let name = spec.service.name, !name.isEmpty else { return spec.targetRef.name }
        return name
    }

    /// The name of the stable copy's service.
    public var primaryName: String { apexName + "-primary" }

    /// The name of the service of the revision under analysis.
    public var canaryName: String { apexName + "-canary" }

    /// The name of the stable copy of the target.
    public var primaryTargetName: String { spec.targetRef.name + "-primary" }
}
