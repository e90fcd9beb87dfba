import NIOSSL

/// Which certificates of servers are accepted.
public enum ServerTrust: Sendable, Equatable {
    /// Every one, as hey does.
    case anyone
    /// Those that an authority of the system vouches for, and that name the server.
    case systemAuthorities
    /// Those that an authority in a PEM file vouches for, and that name the server.
    case authorities(file: String)

    /// The TLS settings of a client that offers these protocols.
    ///
    /// - Throws: `LoadError.option` when the file holds no certificates.
    func context(offering protocols: [String]) throws(LoadError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = protocols
        switch self {
        case .anyone:
            configuration.certificateVerification = .none
            configuration.trustRoots = .certificates([])
        case .systemAuthorities: configuration.trustRoots = .default
        case .authorities(let file):
            guard let authorities = try? NIOSSLCertificate.fromPEMFile(file), !authorities.isEmpty else {
                throw .option("--cacert cannot be read: \(file) has to be a file of PEM certificates")
            }
            configuration.trustRoots = .certificates(authorities)
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .option("TLS cannot be set up: \(error)")
        }
    }
}
