/// A certificate for `localhost`, `shop.test` and 127.0.0.1 that nobody but itself vouches for, valid for a
/// century; made for these tests alone.
enum TestCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBpzCCAUygAwIBAgIUELz3bIz2AkVIYEdlGZ6Ra8PHAecwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTE4MTE1N1oYDzIxMjYxMTAx
        MTgxMTU3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAASgjgpQo8Tp40Vp3ETw3Rxc7iMqZds1BaMkNkDmP2IdoWhGrhensiG3
        S9XJjgQH9tv0lV3MNYltqdfy5P7m4lhpo3oweDAdBgNVHQ4EFgQU7SsIYZ4EWApW
        D1PNQLLAT1uNP1YwHwYDVR0jBBgwFoAU7SsIYZ4EWApWD1PNQLLAT1uNP1YwDwYD
        VR0TAQH/BAUwAwEB/zAlBgNVHREEHjAcgglsb2NhbGhvc3SCCXNob3AudGVzdIcE
        fwAAATAKBggqhkjOPQQDAgNJADBGAiEAnjCvgaDcewJeE4xhZgCR//Qu+UpCTugv
        vqu6gSJptyoCIQDG2Xmug9SF9olPa1he513LMWYpH7ydTk36e/IeJ2bCag==
        -----END CERTIFICATE-----

        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQga7XNlZnilyfSH7vG
        jZPiIkONM01AmxLEMoMnsszRu5yhRANCAASgjgpQo8Tp40Vp3ETw3Rxc7iMqZds1
        BaMkNkDmP2IdoWhGrhensiG3S9XJjgQH9tv0lV3MNYltqdfy5P7m4lhp
        -----END PRIVATE KEY-----

        """
}
