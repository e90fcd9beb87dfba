import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate authority of a test, and the PEM files of what it vouches for.
struct TestAuthority {
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    private let certificate: Certificate
    private let name: DistinguishedName
    let directory: String

    init(named name: String, in directory: String) throws {
        self.directory = directory
        self.name = try DistinguishedName { CommonName(name) }
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: .now - 60,
            notValidAfter: .now + 3600, issuer: self.name, subject: self.name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try .init { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil)) },
            issuerPrivateKey: key)
        try certificate.serializeAsPEM().pemString.write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// The authority's own certificate.
    var file: String { "\(directory)/\(name.hashValue.magnitude).ca.pem" }

    /// Makes a certificate for 127.0.0.1 and for a client of this name; returns the files of it and its key.
    func issue(
        _ subject: String, file name: String, until end: Date = .now + 3600
    ) throws -> (certificate: String, key: String) {
        let leafKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let leaf = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: leafKey.publicKey, notValidBefore: .now - 7200,
            notValidAfter: end, issuer: self.name,
            subject: try DistinguishedName {
                OrganizationName("Aviary")
                CommonName(subject)
            }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try .init {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames([
                    .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])), .dnsName("localhost"),
                ])
            }, issuerPrivateKey: key)
        let files = (certificate: "\(directory)/\(name).crt", key: "\(directory)/\(name).key")
        try leaf.serializeAsPEM().pemString.write(
            toFile: files.certificate, atomically: true, encoding: .utf8)
        try leafKey.serializeAsPEM().pemString.write(toFile: files.key, atomically: true, encoding: .utf8)
        return files
    }
}
