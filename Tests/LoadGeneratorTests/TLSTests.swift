import Foundation
import Testing

@testable import LoadGenerator

/// Against a real nginx with TLS and HTTP/2.
struct TLSTests {
    private func run(
        _ server: Nginx, host: String = "localhost", _ change: (inout LoadPlan) throws -> Void = { _ in }
    ) async throws -> LoadReport {
        var plan = LoadPlan(target: try LoadTarget("https://\(host):\(server.ports.secure)/"))
        (plan.workers, plan.requests, plan.threads) = (4, 100, 2)
        try change(&plan)
        return try await LoadRun(plan).run()
    }

    @Test("accepts any certificate unless told otherwise, as hey does")
    func unverified() async throws {
        let server = try await Nginx.start()
        let report = try await run(server)
        #expect(report.statusCodes == [200: 100])
        #expect(report.errors.isEmpty)
        let log = try server.stop()
        #expect(log.count == 100)
        #expect(log.allSatisfy { $0[3] == "HTTP/1.1" })
    }

    @Test("verifies against the given authorities, name or address", arguments: ["localhost", "127.0.0.1"])
    func verified(host: String) async throws {
        let server = try await Nginx.start()
        let report = try await run(server, host: host) {
            $0.trust = .authorities(file: server.certificate.path)
        }
        #expect(report.statusCodes == [200: 100])
        try server.stop()
    }

    @Test("refuses a certificate that nobody trusted vouches for, without dialling at full speed")
    func untrusted() async throws {
        let server = try await Nginx.start()
        let report = try await run(server) {
            ($0.trust, $0.duration, $0.workers) = (.systemAuthorities, .seconds(2), 1)
        }
        let name = "TLS with 127.0.0.1:\(server.ports.secure): the certificate is not trusted"
        #expect(report.errors.keys.sorted() == [name])
        #expect((1...40).contains(report.failures))
        try server.stop()
    }

    @Test("refuses a certificate for another name")
    func otherName() async throws {
        let server = try await Nginx.start()
        let report = try await run(server, host: "other.test") {
            $0.trust = .authorities(file: server.certificate.path)
            // An address that the certificate does not name either.
            $0.hostMap = try HostMap("other.test=127.0.0.2:\(server.ports.secure)")
            $0.requests = 4
        }
        let name = "TLS with 127.0.0.2:\(server.ports.secure): the certificate names another server"
        #expect(report.errors == [name: 4])
        try server.stop()
    }

    @Test("asks for the host of -host in the handshake and in the request")
    func serverName() async throws {
        let server = try await Nginx.start()
        let report = try await run(server) {
            $0.trust = .authorities(file: server.certificate.path)
            $0.request.hostHeader = "shop.test:8443"
        }
        #expect(report.statusCodes == [200: 100])
        #expect(try server.stop().allSatisfy { $0[4] == "shop.test" })
    }

    @Test("says that a server does not speak TLS, or does not finish the handshake")
    func notTLS() async throws {
        let server = try await Nginx.start()
        var plan = LoadPlan(target: try LoadTarget("https://127.0.0.1:\(server.ports.plain)/"))
        (plan.workers, plan.requests) = (1, 2)
        let report = try await LoadRun(plan).run()
        let place = "TLS with 127.0.0.1:\(server.ports.plain)"
        #expect(report.errors == ["\(place): the server does not speak TLS": 2])
        try server.stop()

        let silent = try await RawServer.start { _ in nil }
        plan = LoadPlan(target: try LoadTarget("https://127.0.0.1:\(silent.port)/"))
        (plan.workers, plan.requests, plan.timeout) = (1, 1, .milliseconds(300))
        let timedOut = try await LoadRun(plan).run()
        #expect(timedOut.failures == 1)
        #expect(timedOut.errors.keys.allSatisfy { $0.hasPrefix("timed out") && $0.contains("connecting to") })
        await silent.stop()
    }

    @Test("speaks HTTP/2 with a server that chooses it, and counts what the server counted")
    func http2() async throws {
        let server = try await Nginx.start()
        let report = try await run(server) { ($0.version, $0.requests) = (.http2IfNegotiated, 1000) }
        #expect(report.statusCodes == [200: 1000])
        #expect(report.bytes == 5000)
        let log = try server.stop()
        #expect(log.count == 1000)
        #expect(log.allSatisfy { $0[3] == "HTTP/2.0" })
        #expect(Set(log.map { $0[5] }).count == 2)
    }

    @Test("speaks HTTP/1.1 with a server that does not, when HTTP/2 is not insisted on")
    func fallback() async throws {
        let server = try await Nginx.start()
        var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:\(server.ports.plain)/"))
        (plan.workers, plan.requests, plan.version) = (2, 10, .http2IfNegotiated)
        #expect(try await LoadRun(plan).run().statusCodes == [200: 10])
        #expect(try server.stop().allSatisfy { $0[3] == "HTTP/1.1" })
    }

    @Test("loses nothing when the server ends connections in order", arguments: [HTTPVersion.http1, .http2])
    func goAway(version: HTTPVersion) async throws {
        let server = try await Nginx.start(requestsPerConnection: 10)
        let report = try await run(server) { ($0.version, $0.requests) = (version, 500) }
        #expect(report.statusCodes == [200: 500])
        #expect(report.errors.isEmpty)
        #expect(try server.stop().count == 500)
    }

    @Test("uses each connection once when told so", arguments: [HTTPVersion.http1, .http2])
    func noKeepAlive(version: HTTPVersion) async throws {
        let server = try await Nginx.start()
        let report = try await run(server) {
            ($0.version, $0.requests, $0.keepsAlive) = (version, 20, false)
        }
        #expect(report.statusCodes == [200: 20])
        let log = try server.stop()
        #expect(Set(log.map { $0[5] }).count == 20)
    }

    @Test("follows redirects and sends HEAD in HTTP/2")
    func redirect() async throws {
        let server = try await Nginx.start()
        var plan = LoadPlan(target: try LoadTarget("http://127.0.0.1:\(server.ports.http2)/moved"))
        (plan.workers, plan.requests, plan.version) = (1, 1, .http2)
        try plan.request.setMethod("HEAD")
        #expect(try await LoadRun(plan).run().statusCodes == [200: 1])
        #expect(try server.stop().map { "\($0[1]) \($0[2])" } == ["HEAD /moved", "HEAD /there"])
    }
}
