import Testing

@testable import LoadGenerator

struct ForwardProxyTests {
    /// Sends one request through a proxy that answers so.
    private func run(
        _ url: String, credentials: String = "", timeout: Duration = .seconds(30), closes: Bool = false,
        _ answer: @escaping @Sendable (String) -> String?
    ) async throws -> (LoadReport, [String]) {
        let proxy = try await RawServer.start(closes: closes, answer: answer)
        var plan = LoadPlan(target: try LoadTarget(url))
        (plan.workers, plan.requests, plan.timeout) = (1, 1, timeout)
        plan.proxy = try ForwardProxy("http://\(credentials)127.0.0.1:\(proxy.port)")
        let report = try await LoadRun(plan).run()
        await proxy.stop()
        return (report, proxy.received)
    }

    @Test("asks a proxy for the whole URL, with the proxy's credentials")
    func absolute() async throws {
        let (report, received) = try await run("http://shop.test:81/a?b", credentials: "me:pw@") { text in
            text.hasSuffix("\r\n\r\n") ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi" : nil
        }
        #expect(report.statusCodes == [200: 1])
        let request = try #require(received.first)
        #expect(request.hasPrefix("GET http://shop.test:81/a?b HTTP/1.1\r\nHost: shop.test:81\r\n"))
        #expect(request.contains("\r\nProxy-Authorization: Basic bWU6cHc=\r\n"))
    }

    @Test("asks a proxy for a tunnel to a server with TLS, and names its refusal")
    func refusedTunnel() async throws {
        let (report, received) = try await run("https://shop.test/", credentials: "me:pw@") { text in
            text.hasSuffix("\r\n\r\n") ? "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n" : nil
        }
        #expect(report.errors == ["the proxy answered CONNECT shop.test:443 with 407": 1])
        let request = try #require(received.first)
        #expect(request.hasPrefix("CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\n"))
        #expect(request.contains("\r\nProxy-Authorization: Basic bWU6cHc=\r\n"))
    }

    @Test("speaks TLS through the tunnel")
    func tunnel() async throws {
        let server = try await Nginx.start()
        let proxy = try await TunnellingProxy.start(to: server.ports.secure)
        var plan = LoadPlan(target: try LoadTarget("https://localhost:1/"))
        (plan.workers, plan.requests, plan.trust) = (2, 20, .authorities(file: server.certificate.path))
        plan.proxy = try ForwardProxy("127.0.0.1:\(proxy.port)")
        for version in [HTTPVersion.http1, .http2] {
            plan.version = version
            #expect(try await LoadRun(plan).run().statusCodes == [200: 20])
        }
        await proxy.stop()
        #expect(Set(try server.stop().map { $0[3] }) == ["HTTP/1.1", "HTTP/2.0"])
    }

    @Test("names a proxy that closes, babbles or is silent, and hangs on none")
    func broken() async throws {
        let (closed, _) = try await run("https://shop.test/", closes: true) { _ in "" }
        #expect(closed.errors == ["the proxy closed the connection instead of answering CONNECT": 1])
        let (babbled, _) = try await run("https://shop.test/") { _ in "220 smtp.test ESMTP\r\n" }
        #expect(babbled.errors == ["the proxy answered CONNECT with something that is not HTTP": 1])
        let (silent, _) = try await run("https://shop.test/", timeout: .milliseconds(300)) { _ in nil }
        #expect(silent.errors.keys.allSatisfy { $0.hasPrefix("timed out") })
        #expect(silent.failures == 1)
    }

    @Test(
        "refuses what is no HTTP proxy",
        arguments: ["", "ftp://x:1", "socks5://x:1", "http://", "x:99999", ":1"])
    func refused(text: String) {
        let error = #expect(throws: LoadError.self) { try ForwardProxy(text) }
        #expect(error?.description.contains("-x") == true)
    }
}
