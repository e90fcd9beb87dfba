/// Reads a whole list page by page, and from the start again when the server has forgotten the list meanwhile.
struct PagedList: Sendable {
    private let type: ResourceType
    private let namespace: String?
    private let selector: Selector
    private let pageSize: Int
    private let api: any WatchAPI

    init(
        _ type: ResourceType, in namespace: String?, matching selector: Selector, pageSize: Int,
        of api: any WatchAPI
    ) {
        self.type = type
        self.namespace = namespace
        self.selector = selector
        self.pageSize = pageSize
        self.api = api
    }

    /// Hands over the objects in order and returns the list's version.
    ///
    /// - Parameter restart: what was handed over no longer counts.
    func read(
        restart: () -> Void, receive: (KubernetesObject) -> Void
    ) async throws -> String {
        for attempt in 1...3 {
            // A server that compacts faster than pages are read is asked for all at once.
            let limit = attempt < 3 ? pageSize : 0
            do {
                var token: String?
                while true {
                    let page = try await api.page(
                        of: type, in: namespace, matching: selector, limit: limit, after: token,
                        receive: receive)
                    guard let next = page.next else { return page.resourceVersion }
                    token = next
                }
            } catch KubernetesError.expired where attempt < 3 {
                restart()
            }
        }
        throw KubernetesError.unavailable("the list of \(type) expired while it was read")
    }
}
