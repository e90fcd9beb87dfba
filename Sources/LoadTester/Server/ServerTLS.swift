public import Logging
import NIOCertificateReloading
import NIOSSL
public import ServiceLifecycle

/// TLS of a server: its certificate, read again while it runs, and whom it asks its clients to be vouched for by.
public struct ServerTLS: Service {
    /// Where the certificate chain, its key, and the authorities of clients are; all in PEM.
    public struct Files: Sendable {
        let certificate: String
        let key: String
        let clientAuthority: String?

        /// Names the files.
        ///
        /// - Parameter clientAuthority: when given, clients must show a certificate of one of its authorities.
        public init(certificate: String, key: String, clientAuthority: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientAuthority = clientAuthority
        }
    }

    private static let fileLimit = 1 << 20

    let context: NIOSSLContext
    private let reloader: TimedCertificateReloader

    /// Reads the files.
    ///
    /// - Parameter refreshInterval: how often certificate and key are read again; the authorities are not.
    /// - Throws: ``LoadTesterError/tlsFileUnusable(option:path:reason:)``.
    public init(_ files: Files, refreshInterval: Duration = .seconds(30), logger: Logger) throws {
        _ = try Self.certificates("--tls-cert", files.certificate)
        _ = try Self.bytes("--tls-key", files.key)
        reloader = try Self.reloader(files, refreshInterval, logger)
        do {
            context = try NIOSSLContext(configuration: Self.configuration(files, reloader))
        } catch let error as LoadTesterError {
            throw error
        } catch {
            throw LoadTesterError.tlsFileUnusable(
                option: "--tls-cert", path: files.certificate, reason: "\(error)")
        }
    }

    /// Reads certificate and key again from time to time, until the service is shut down.
    public func run() async throws { try await reloader.run() }

    private static func configuration(
        _ files: Files, _ reloader: TimedCertificateReloader
    ) throws -> TLSConfiguration {
        var configuration = try TLSConfiguration.makeServerConfiguration(certificateReloader: reloader)
        if let path = files.clientAuthority {
            configuration.trustRoots = .certificates(try Self.certificates("--client-ca", path))
            // Clients have no host name to be verified.
            configuration.certificateVerification = .noHostnameVerification
        }
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }

    private static func reloader(
        _ files: Files, _ interval: Duration, _ logger: Logger
    ) throws -> TimedCertificateReloader {
        let configuration = TimedCertificateReloader.Configuration(
            refreshInterval: interval,
            certificateSource: .init(location: .file(path: files.certificate), format: .pem),
            privateKeySource: .init(location: .file(path: files.key), format: .pem)
        ) {
            $0.onCertificateLoadFailed = { failure in
                logger.error(
                    "the certificate of before stays in use: certificate or key cannot be used",
                    metadata: ["error": "\(failure.error)"])
            }
        }
        do {
            return try .makeReloaderValidatingSources(configuration: configuration)
        } catch let error as TimedCertificateReloader.Error where error == .publicKeyMismatch {
            throw LoadTesterError.tlsFileUnusable(
                option: "--tls-key", path: files.key,
                reason: "it is not the key of --tls-cert \(files.certificate)")
        } catch {
            throw LoadTesterError.tlsFileUnusable(
                option: "--tls-key", path: files.key,
                reason: "it holds no private key in PEM without a passphrase")
        }
    }

    private static func certificates(_ option: String, _ path: String) throws -> [NIOSSLCertificate] {
        let pem = try bytes(option, path)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty else {
            throw LoadTesterError.tlsFileUnusable(
                option: option, path: path, reason: "it holds no certificate in PEM")
        }
        return certificates
    }

    private static func bytes(_ option: String, _ path: String) throws -> [UInt8] {
        do {
            return try BoundedFile.read(path, limit: fileLimit)
        } catch {
            throw LoadTesterError.tlsFileUnusable(option: option, path: path, reason: "\(error)")
        }
    }
}
