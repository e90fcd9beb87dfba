import Foundation
import NIOCore
import NIOSSL

/// How a gRPC server's certificate is checked, and ours is shown.
public struct CallTLS: Sendable {
    /// File with the roots to trust in PEM; the system's unless set.
    public var roots: String?
    /// Files with our certificate chain and key in PEM.
    public var identity: (certificate: String, key: String)?
    /// Name the server's certificate must have, where that is not the host's.
    public var serverName: String?
    /// Whether any certificate will do.
    public var skipsVerification = false

    /// Trusts the system's roots.
    public init() {}

    /// - Throws: `LoadError.option` that names the file.
    func context() throws(LoadError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["h2"]
        if skipsVerification {
            configuration.certificateVerification = .none
            configuration.trustRoots = .certificates([])
        }
        if let roots {
            let list = try Self.read("--cacert", roots) { try NIOSSLCertificate.fromPEMFile($0) }
            guard !list.isEmpty else { throw .option("--cacert \(roots) has no certificate in PEM") }
            configuration.trustRoots = .certificates(list)
        }
        if let identity {
            configuration.certificateChain = try Self.read("--cert", identity.certificate) {
                try NIOSSLCertificate.fromPEMFile($0).map { .certificate($0) }
            }
            configuration.privateKey = .privateKey(
                try Self.read("--key", identity.key) { try NIOSSLPrivateKey(file: $0, format: .pem) })
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .option("the certificates cannot be used: \(error); check that --key belongs to --cert")
        }
    }

    private static func read<Content>(
        _ flag: String, _ path: String, _ read: (String) throws -> Content
    ) throws(LoadError) -> Content {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw .option("\(flag) cannot be read: \(path)")
        }
        do {
            return try read(path)
        } catch {
            throw .option("\(flag) \(path) is not in PEM: \(error)")
        }
    }
}
