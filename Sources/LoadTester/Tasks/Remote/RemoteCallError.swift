/// Why a call to a remote test server brought no answer that can be used.
struct RemoteCallError: Error, CustomStringConvertible {
    let description: String
    /// Whether the next call may well succeed: the server did not answer, or said that it is the server's fault.
    let mayPass: Bool
    /// The HTTP status, if the server gave one other than success.
    var status: Int?
}
