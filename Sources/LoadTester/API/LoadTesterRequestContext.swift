public import Hummingbird
public import NIOCore

/// A request context that knows the client's address, so that the audit trail can name it.
public struct LoadTesterRequestContext: RemoteAddressRequestContext {
    /// What Hummingbird keeps of a request.
    public var coreContext: CoreRequestContextStorage
    /// Where the request came from.
    public let remoteAddress: SocketAddress?

    /// Takes the address from the connection.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
