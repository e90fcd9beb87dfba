/// A program to run and release on this machine: the `aviary/v1alpha1` resource of kind `Process`.
public struct ProcessResource: Codable, Equatable, Sendable {
    /// The `apiVersion` of this resource.
    public static let apiVersion = "aviary/v1alpha1"
    /// The `kind` of this resource.
    public static let kind = "Process"

    /// Always `aviary/v1alpha1` in a valid manifest.
    public var apiVersion = ProcessResource.apiVersion
    /// Always `Process` in a valid manifest.
    public var kind = ProcessResource.kind
    /// Name and namespace.
    public var metadata: ObjectMeta
    /// What is run.
    public var spec: ProcessSpec

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, metadata, spec
    }

    /// A process resource.
    public init(metadata: ObjectMeta, spec: ProcessSpec) {
        self.metadata = metadata
        self.spec = spec
    }

    /// Reads a process resource; `metadata` and `spec` are required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.apiVersion, into: &apiVersion)
        try fields.read(.kind, into: &kind)
        metadata = try fields.decode(ObjectMeta.self, forKey: .metadata)
        spec = try fields.decode(ProcessSpec.self, forKey: .spec)
    }
}
