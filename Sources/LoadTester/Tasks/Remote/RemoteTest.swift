/// A test on a server that can be started, asked after, and stopped.
protocol RemoteTest: Sendable {
    /// Starts it and returns its id.
    func start(on server: RemoteServer, within limit: Duration) async throws -> String
    /// How it stands.
    func state(of id: String, on server: RemoteServer, within limit: Duration) async throws -> RemoteState
    /// Ends it.
    func stop(_ id: String, on server: RemoteServer, within limit: Duration) async throws
}

/// How a remote test stands, in its server's word.
enum RemoteState: Sendable {
    case running(String)
    case succeeded(String)
    case failed(String)

    /// Reads a status: what is in neither list is taken as on its way.
    init(_ status: String, succeeded: Set<String>, failed: Set<String>) {
        let known = String(status.prefix(64))
        if succeeded.contains(status) {
            self = .succeeded(known)
        } else if failed.contains(status) {
            self = .failed(known)
        } else {
            self = .running(known)
        }
    }
}
