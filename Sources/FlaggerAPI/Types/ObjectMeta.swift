public import JSON

/// The metadata every resource has, as Kubernetes defines it.
public struct ObjectMeta: Codable, Equatable, Sendable {
    /// The resource's name; unique by kind and namespace.
    public var name: String
    /// The namespace; `default` when absent or empty.
    public var namespace = "default"
    /// Free-form settings, by key.
    public var annotations: [String: String] = [:]
    /// Labels, by key.
    public var labels: [String: String] = [:]
    /// Counts the changes of the spec; nil outside Kubernetes.
    public var generation: Int?
    /// The unique id that Kubernetes gave.
    public var uid: String?
    /// The version that an update must name.
    public var resourceVersion: String?
    /// When the resource was created: RFC 3339.
    public var creationTimestamp: String?
    /// When deletion was asked for: RFC 3339; nil while nobody did.
    public var deletionTimestamp: String?
    /// How long deletion may take, in seconds.
    public var deletionGracePeriodSeconds: Int?
    /// What must be finished before the resource may go.
    public var finalizers: [String]?
    /// The resources this one belongs to, unread.
    public var ownerReferences: JSONValue?
    /// Who set which field, unread.
    public var managedFields: JSONValue?
    /// The prefix of a generated name.
    public var generateName: String?
    /// A legacy address, unread.
    public var selfLink: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, namespace, annotations, labels, generation, uid, resourceVersion, creationTimestamp
        case deletionTimestamp, deletionGracePeriodSeconds, finalizers, ownerReferences, managedFields
        case generateName, selfLink
    }

    /// Metadata with a name and a namespace.
    public init(
        name: String, namespace: String = "default", annotations: [String: String] = [:],
        labels: [String: String] = [:]
    ) {
        self.name = name
        self.namespace = namespace
        self.annotations = annotations
        self.labels = labels
    }

    /// Reads the metadata; `name` is required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        try fields.read(.namespace, into: &namespace)
        if namespace.isEmpty { namespace = "default" }
        try fields.read(.annotations, into: &annotations)
        try fields.read(.labels, into: &labels)
        try fields.read(.generation, into: &generation)
        try fields.read(.uid, into: &uid)
        try fields.read(.resourceVersion, into: &resourceVersion)
        try fields.read(.creationTimestamp, into: &creationTimestamp)
        try fields.read(.deletionTimestamp, into: &deletionTimestamp)
        try fields.read(.deletionGracePeriodSeconds, into: &deletionGracePeriodSeconds)
        try fields.read(.finalizers, into: &finalizers)
        try fields.read(.ownerReferences, into: &ownerReferences)
        try fields.read(.managedFields, into: &managedFields)
        try fields.read(.generateName, into: &generateName)
        try fields.read(.selfLink, into: &selfLink)
    }
}
