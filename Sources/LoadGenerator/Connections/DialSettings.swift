import NIOCore
import NIOSSL

/// How connections are opened, the same for all of a run.
struct DialSettings: Sendable {
    /// Names that are dialled elsewhere than their lookup says.
    var hostMap = HostMap()
    /// From the start of connecting until requests can be sent.
    var timeout: TimeAmount = .minutes(2)
    /// The versions that are spoken.
    var version = HTTPVersion.http1
    /// Whom to go through.
    var proxy: ForwardProxy?
    /// The server's name in the TLS handshake and in its certificate; the target's host when nil.
    var serverName: String?
    /// The TLS settings.
    let tls: NIOSSLContext

    /// - Throws: `LoadError.option` when the trusted authorities cannot be read.
    init(version: HTTPVersion, trust: ServerTrust) throws(LoadError) {
        self.version = version
        tls = try trust.context(offering: version.applicationProtocols)
    }

    /// Settings with certificates of one's own choice.
    init(version: HTTPVersion, tls: NIOSSLContext) {
        self.version = version
        self.tls = tls
    }
}
