import Foundation
import LoadTester
import NIOSSL
import Testing

@Suite("TLS")
struct TLSTests {
    private static let podinfo = #"{"name":"podinfo","namespace":"test"}"#

    private static func client(
        trusting authority: TestAuthority, showing files: (certificate: String, key: String)? = nil
    ) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority.file))
        if let files {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(files.certificate)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
        }
        return configuration
    }

    private static func getsNoAnswer(from server: LiveServerAddress, _ path: String = "/healthz") async
        -> Bool
    {
        (try? await server.send(path, podinfo)) == nil
    }

    @Test("serves HTTPS to those who trust its authority, and nothing in plain text", .timeLimit(.minutes(5)))
    func https() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(named: "authority", in: directory)
            let files = try authority.issue("server", file: "server")
            let process = try await LoadTesterProcess(
                ["--tls-cert", files.certificate, "--tls-key", files.key],
                tls: try Self.client(trusting: authority))
            #expect(try await process.server.send("/gate/open", Self.podinfo).status == 202)
            #expect(try await process.server.send("/gate/check", Self.podinfo).status == 200)
            let stranger = try TestAuthority(named: "stranger", in: directory)
            var mistrusting = process.server
            mistrusting.tls = try Self.client(trusting: stranger)
            #expect(await Self.getsNoAnswer(from: mistrusting))
            let plain = LiveServerAddress(url: process.server.url.replacing("https", with: "http"))
            #expect(await Self.getsNoAnswer(from: plain))
            #expect(try await process.server.get("/healthz") == "OK")
            #expect(try await process.end(by: SIGTERM) == 0)
        }
    }

    @Test(
        "with --client-ca lets in only clients of that authority, and names them in the audit trail",
        .timeLimit(.minutes(5)))
    func clientCertificates() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(named: "authority", in: directory)
            let stranger = try TestAuthority(named: "stranger", in: directory)
            let files = try authority.issue("server", file: "server")
            let process = try await LoadTesterProcess(
                [
                    "--tls-cert", files.certificate, "--tls-key", files.key, "--client-ca", authority.file,
                    "--data-dir", directory,
                ], tls: try Self.client(trusting: authority, showing: authority.issue("ann", file: "ann")))
            let headers = ["X-Aviary-Actor": "the-boss"]
            #expect(try await process.server.send("/gate/open", Self.podinfo, headers: headers).status == 202)
            let intruders = try [
                Self.client(trusting: authority),
                Self.client(trusting: authority, showing: stranger.issue("ann", file: "false-ann")),
                Self.client(
                    trusting: authority, showing: authority.issue("bob", file: "bob", until: .now - 60)),
            ]
            for intruder in intruders {
                var server = process.server
                server.tls = intruder
                for path in ["/gate/close", "/healthz"] {
                    #expect(await Self.getsNoAnswer(from: server, path))
                }
            }
            let history = try await process.server.get("/gates/history")
            #expect(history.contains(#""actor":"ann""#) && !history.contains("the-boss"), "\(history)")
            #expect(!history.contains(#""action":"close""#))
        }
    }

    @Test("shows a renewed certificate to new connections, and keeps the old one while the files are wrong")
    func renewal() async throws {
        try await withTemporaryDirectory { directory in
            let (old, new) = (
                try TestAuthority(named: "old", in: directory), try TestAuthority(named: "new", in: directory)
            )
            let files = try old.issue("server", file: "server")
            let log = LogLines()
            let tls = try ServerTLS(
                .init(certificate: files.certificate, key: files.key), refreshInterval: .milliseconds(20),
                logger: log.logger)
            try await LiveServer.run(tls: tls, log: log) { server async throws in
                func trusts(_ authority: TestAuthority) async throws -> Bool {
                    var address = server.address
                    address.tls = try Self.client(trusting: authority)
                    return (try? await address.get("/healthz")) == "OK"
                }
                #expect(try await trusts(old))
                try "no certificate".write(toFile: files.certificate, atomically: true, encoding: .utf8)
                try await eventually { log.text.contains("the certificate of before stays in use") }
                #expect(try await trusts(old))
                _ = try new.issue("server", file: "server")
                try await eventually { try await trusts(new) }
                #expect(try await !trusts(old))
            }
        }
    }

    @Test("says which file is wrong, and why")
    func badFiles() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(named: "authority", in: directory)
            let (files, other) = (
                try authority.issue("a", file: "a"), try authority.issue("b", file: "b")
            )
            let empty = "\(directory)/empty"
            try "".write(toFile: empty, atomically: true, encoding: .utf8)
            for (certificate, key, clients, reason) in [
                ("/nowhere", files.key, nil, "--tls-cert /nowhere: No such file"),
                (empty, files.key, nil, "--tls-cert \(empty): it holds no certificate in PEM"),
                (files.key, files.key, nil, "--tls-cert \(files.key): it holds no certificate in PEM"),
                (files.certificate, "/nowhere", nil, "--tls-key /nowhere: No such file"),
                (files.certificate, empty, nil, "--tls-key \(empty): it holds no private key in PEM"),
                (
                    files.certificate, other.key, nil,
                    "--tls-key \(other.key): it is not the key of --tls-cert"
                ),
                (files.certificate, files.key, empty, "--client-ca \(empty): it holds no certificate in PEM"),
                (files.certificate, "/dev/zero", nil, "--tls-key /dev/zero: it is not a regular file"),
            ] as [(String, String, String?, String)] {
                let settings = ServerTLS.Files(certificate: certificate, key: key, clientAuthority: clients)
                let error = #expect(throws: LoadTesterError.self) {
                    _ = try ServerTLS(settings, logger: LogLines().logger)
                }
                #expect(error?.description.hasPrefix(reason) == true)
            }
        }
    }
}
