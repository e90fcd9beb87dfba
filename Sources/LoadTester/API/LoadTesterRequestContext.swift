public import Hummingbird
public import NIOCore
import NIOSSL
import X509

/// A request context that knows who is at the other end of the connection, so that the audit trail can name it.
public protocol ClientRequestContext: RemoteAddressRequestContext {
    /// The connection.
    var channel: any Channel { get }
}

extension ClientRequestContext {
    /// The common name in the client's certificate, or its whole subject when it has none; nil without TLS.
    func certificateSubject() async -> String? {
        guard let shown = try? await channel.nioSSL_peerCertificate().get(),
            let bytes = try? shown.toDERBytes(),
            let certificate = try? Certificate(derEncoded: bytes)
        else { return nil }
        for part in certificate.subject {
            for attribute in part where attribute.type == .RDNAttributeType.commonName {
                if let name = String(attribute.value) { return String(name.prefix(256)) }
            }
        }
        return String("\(certificate.subject)".prefix(256))
    }
}

/// The context of the load tester's own server.
public struct LoadTesterRequestContext: ClientRequestContext {
    /// What Hummingbird keeps of a request.
    public var coreContext: CoreRequestContextStorage
    /// The connection.
    public let channel: any Channel

    /// Where the request came from.
    public var remoteAddress: SocketAddress? { channel.remoteAddress }

    /// Takes the address from the connection.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
