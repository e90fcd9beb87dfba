/// Reads a kind of resource page by page, and follows its changes.
public protocol WatchAPI: KubernetesAPI {
    /// Reads one page of a list, and hands over its objects one by one, so that they need not be held together.
    ///
    /// Objects that were handed over count only when the call returns.
    ///
    /// - Parameters:
    ///   - limit: the number of objects a page has at most; 0 for all at once.
    ///   - token: the page before's ``ObjectPage/next``; nil for the first. A token that is too old throws
    ///     ``KubernetesError/expired(_:)``.
    ///   - receive: gets an object.
    func page(
        of type: ResourceType, in namespace: String?, matching selector: Selector, limit: Int,
        after token: String?, receive: (KubernetesObject) -> Void
    ) async throws -> ObjectPage

    /// Hands over every change since a version, one after the other, until the server ends the watch.
    ///
    /// Returns when the server closes a watch in order, which it does every few minutes; a connection that is silent
    /// for longer is given up. The next change is read when `receive` has returned. Throws
    /// ``KubernetesError/expired(_:)`` when the version is too old, and what `receive` throws.
    func watch(
        _ type: ResourceType, in namespace: String?, matching selector: Selector,
        from resourceVersion: String, receive: @escaping @Sendable (WatchEvent) async throws -> Void
    ) async throws
}

/// A part of a list, whose objects were handed over.
public struct ObjectPage: Sendable {
    /// The version of the whole list, the same on all its pages: where a watch goes on from.
    public var resourceVersion: String
    /// Leads to the next page; nil on the last.
    public var next: String?

    /// Makes a page.
    public init(resourceVersion: String, next: String? = nil) {
        self.resourceVersion = resourceVersion
        self.next = next
    }
}

/// What a watch tells.
public enum WatchEvent: Hashable, Sendable {
    /// An object was created, or now matches the selector.
    case added(KubernetesObject)
    /// An object was changed.
    case modified(KubernetesObject)
    /// An object was deleted, or no longer matches the selector; this is its last state.
    case deleted(KubernetesObject)
    /// Everything up to this version has been told.
    case bookmark(resourceVersion: String)
}
