import ArgumentParser
import LoadTester
import Logging

/// TLS of a server on the command line.
struct ServerTLSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve HTTPS with this certificate chain in PEM; read again when it changes.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The key of --tls-cert, in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Accept only clients with a certificate of these authorities, in PEM; read once.",
            valueName: "file"))
    var clientCa: String?

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together: give both")
        }
        guard clientCa == nil || tlsCert != nil else {
            throw ValidationError("--client-ca needs TLS: give --tls-cert and --tls-key as well")
        }
    }

    func makeTLS(_ logger: Logger) throws -> ServerTLS? {
        guard let tlsCert, let tlsKey else { return nil }
        return try ServerTLS(
            .init(certificate: tlsCert, key: tlsKey, clientAuthority: clientCa), logger: logger)
    }
}
