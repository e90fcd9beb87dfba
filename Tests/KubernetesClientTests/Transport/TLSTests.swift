import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import NIOSSL
import Subprocess
import Testing

@Suite("TLS")
struct TLSTests {
    /// A certificate of its own for this name, and its key, in PEM.
    private static func certificate(for name: String) async throws -> (certificate: [UInt8], key: [UInt8]) {
        let folder = try KubeconfigFolder()
        let (key, certificate) = (
            folder.url.appending(path: "key"), folder.url.appending(path: "certificate")
        )
        let ended = try await Subprocess.run(
            .name("openssl"),
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2",
                "-subj", "/CN=test", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key.path, "-out",
                certificate.path,
            ], input: .none, output: .discarded, error: .string(limit: 1 << 16))
        try #require(ended.terminationStatus.isSuccess, "\(ended.standardError)")
        return (Array(try Data(contentsOf: certificate)), Array(try Data(contentsOf: key)))
    }

    @Test("trusts a server only under the name that its certificate has, or that tls-server-name gives")
    func names() async throws {
        let (certificate, key) = try await Self.certificate(for: "name.example")
        let tls = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))))
        let server = try await ScriptedAPIServer(tls: tls) { _, _ in
            .json(200, .object(["gitVersion": .string("v1.34.0")]))
        }
        var configuration = ClusterConfiguration(server: server.url)
        configuration.certificateAuthority = certificate
        for (name, isTrusted) in [("name.example", true), ("other.example", false), (nil, false)] {
            configuration.serverName = name
            var policy = ClientPolicy()
            policy.tries = 1
            let client = try KubernetesClient(configuration, policy: policy)
            do {
                _ = try await client.serverVersion()
                #expect(isTrusted, "\(name ?? "no name")")
            } catch KubernetesError.unavailable(let text) {
                #expect(!isTrusted, "\(name ?? "no name"): \(text)")
                #expect(text.contains("is for another name") && text.contains("set tls-server-name"))
            }
            await client.shutdown()
        }
        await server.stop()
    }
}
