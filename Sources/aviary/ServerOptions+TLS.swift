import ArgumentParser
import NIOSSL

extension ServerOptions {
    /// Whom to trust and what to show; nil when nothing was asked for.
    ///
    /// - Throws: `ValidationError`, which names the option and the file.
    func tlsConfiguration() throws -> TLSConfiguration? {
        guard caFile != nil || certFile != nil else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let caFile {
            configuration.trustRoots = .certificates(try certificates(in: caFile, of: "--ca-file"))
        }
        if let certFile, let keyFile {
            configuration.certificateChain = try certificates(in: certFile, of: "--cert-file")
                .map { .certificate($0) }
            do {
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            } catch {
                throw ValidationError("--key-file \(keyFile) holds no private key in PEM that can be read")
            }
        }
        return configuration
    }

    private func certificates(in file: String, of option: String) throws -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(file), !certificates.isEmpty else {
            throw ValidationError("\(option) \(file) holds no certificate in PEM that can be read")
        }
        return certificates
    }
}
