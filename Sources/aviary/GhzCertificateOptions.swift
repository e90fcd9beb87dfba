import ArgumentParser
import LoadGenerator

/// Whether and how ghz uses TLS.
struct GhzCertificateOptions: ParsableArguments {
    @Flag(help: "Plaintext, without TLS.")
    var insecure = false

    @Flag(name: .customLong("skipTLS"), help: "Take any certificate.")
    var skipTLS = false

    @Option(help: "File with the roots to trust, in PEM. (default: the system's)")
    var cacert: String?

    @Option(help: "File with the client's certificate, in PEM; needs --key.")
    var cert: String?

    @Option(help: "File with the client's key, in PEM; needs --cert.")
    var key: String?

    @Option(help: "Name that the server's certificate must have. (default: the host)")
    var cname: String?

    /// The settings; nil for plaintext.
    ///
    /// - Throws: `LoadError.option` when they contradict each other.
    func tls() throws(LoadError) -> CallTLS? {
        guard (cert == nil) == (key == nil) else {
            throw .option("--cert and --key belong together; give both or none")
        }
        if insecure {
            guard !skipTLS, cacert == nil, cert == nil, cname == nil else {
                throw .option("--insecure is plaintext; leave --skipTLS, --cacert, --cert and --cname out")
            }
            return nil
        }
        var tls = CallTLS()
        tls.roots = cacert
        tls.serverName = cname
        tls.skipsVerification = skipTLS
        if let cert, let key { tls.identity = (cert, key) }
        return tls
    }
}
