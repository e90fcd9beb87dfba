import NIOSSL

/// A certificate for `hook.test` that nobody vouches for, valid for a century; made for these tests alone.
enum SelfSigned {
    /// The TLS settings of a server that shows it.
    static func serverContext() throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBlTCCATugAwIBAgIUMB7nRmuxValO9ZbBujbiCq8ISAwwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJaG9vay50ZXN0MCAXDTI2MTEyNDAzMDMxNVoYDzIxMjYxMDMx
        MDMwMzE1WjAUMRIwEAYDVQQDDAlob29rLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQigFRLiKa6hZ0kX6hKGFHsQTTXTzKbmhYJJB32nYmmb+78rGG/5BE/
        zbLklmPEpHB3yIjlyJC5EFSpNcsO98Ufo2kwZzAdBgNVHQ4EFgQU+y18tsXKHsUn
        BGo0hrWcNgkvrwcwHwYDVR0jBBgwFoAU+y18tsXKHsUnBGo0hrWcNgkvrwcwDwYD
        VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglob29rLnRlc3QwCgYIKoZIzj0EAwID
        SAAwRQIhAJ63tA4s9cJ5rbJmcjowEvxZr2lRvdagBWoYFAiXG/IXAiAtiqW/qudE
        /86/QIrJhMSePFNUBgqx9IQOSwL8RpcfeA==
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBjaPkutX/3qSTjyr
        ohCv/lD+vkOktt6VtS7EF1ES76GhRANCAAQigFRLiKa6hZ0kX6hKGFHsQTTXTzKb
        mhYJJB32nYmmb+78rGG/5BE/zbLklmPEpHB3yIjlyJC5EFSpNcsO98Uf
        -----END PRIVATE KEY-----
        """
}
