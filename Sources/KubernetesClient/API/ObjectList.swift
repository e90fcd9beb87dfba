/// The objects of a kind at one moment.
public struct ObjectList: Sendable {
    /// The objects.
    public var items: [KubernetesObject]
    /// Where a watch goes on from.
    public var resourceVersion: String

    /// Makes a list.
    public init(items: [KubernetesObject], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}
