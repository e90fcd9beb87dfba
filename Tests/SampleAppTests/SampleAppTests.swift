import AsyncHTTPClient
import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import SampleApp

struct SampleAppTests {
    /// Runs the app on a free port while `body` talks to it.
    private func withApp(
        _ change: (inout SampleAppConfiguration) -> Void = { _ in },
        _ body: @Sendable @escaping (String, HTTPClient) async throws -> Void
    ) async throws {
        var configuration = SampleAppConfiguration()
        configuration.port = 0
        change(&configuration)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let app = try SampleApp(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { continuation.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await app.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await body("http://127.0.0.1:\(port)", HTTPClient.shared)
            group.cancelAll()
            _ = await group.nextResult()
        }
    }

    private func status(
        _ url: String, _ client: HTTPClient, method: String = "GET"
    ) async throws -> (UInt, String) {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        let response = try await client.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 1 << 20)
        return (response.status.code, String(buffer: body))
    }

    private func expect(
        _ code: UInt, at url: String, _ client: HTTPClient, method: String = "GET",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await status(url, client, method: method)
        #expect(answer.0 == code, sourceLocation: sourceLocation)
    }

    @Test("shows version and color, and the version in a header of every answer")
    func home() async throws {
        try await withApp({
            $0.version = "2.1.0"
            $0.color = "green"
        }) { url, client in
            let (code, body) = try await status(url + "/", client)
            #expect(code == 200)
            #expect(body.contains(#""version":"2.1.0""#))
            #expect(body.contains(#""color":"green""#))
            let missing = try await client.execute(.init(url: url + "/nope"), timeout: .seconds(60))
            #expect(missing.status.code == 404)
            #expect(missing.headers.first(name: "X-App-Version") == "2.1.0")
        }
    }

    @Test("is not ready from disable until enable, and alive all the while")
    func readiness() async throws {
        try await withApp { url, client in
            try await expect(200, at: url + "/readyz", client)
            try await expect(202, at: url + "/readyz/disable", client, method: "POST")
            try await expect(503, at: url + "/readyz", client)
            try await expect(200, at: url + "/healthz", client)
            try await expect(202, at: url + "/readyz/enable", client, method: "POST")
            try await expect(200, at: url + "/readyz", client)
        }
    }

    @Test("answers with the asked status", arguments: [200, 204, 304, 404, 503])
    func statusCode(code: Int) async throws {
        try await withApp { url, client in
            try await expect(UInt(code), at: url + "/status/\(code)", client)
        }
    }

    @Test(
        "refuses statuses and delays out of range",
        arguments: ["/status/99", "/status/x", "/delay/-1", "/delay/61"])
    func outOfRange(path: String) async throws {
        try await withApp { url, client in
            try await expect(400, at: url + path, client)
        }
    }

    @Test("echoes a body of any method, and refuses one above a mebibyte")
    func echo() async throws {
        try await withApp { url, client in
            for method in ["POST", "PUT", "PATCH"] {
                var request = HTTPClientRequest(url: url + "/echo")
                request.method = .init(rawValue: method)
                request.body = .bytes(ByteBuffer(string: "{test: 2}"))
                let response = try await client.execute(request, timeout: .seconds(60))
                let answer = try await response.body.collect(upTo: 100)
                #expect(String(buffer: answer) == "{test: 2}")
            }
            var request = HTTPClientRequest(url: url + "/echo")
            request.method = .POST
            request.body = .bytes(ByteBuffer(repeating: 0, count: SampleAppResponder.echoLimit + 1))
            let response = try await client.execute(request, timeout: .seconds(60))
            #expect(response.status.code == 413)
        }
    }

    @Test(
        "finishes the request in flight when asked to stop, and asks for the connection to be closed",
        .timeLimit(.minutes(5)))
    func gracefulShutdown() async throws {
        var configuration = SampleAppConfiguration()
        configuration.port = 0
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let app = try SampleApp(configuration, logger: logger, onListening: { continuation.yield($0) })
        let services = ServiceGroup(configuration: .init(services: [app], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let url = "http://127.0.0.1:\(port)"
            let slow = try RequestInFlight(to: port, "/delay/1")
            while try !slow.isTaken { try await Task.sleep(for: .milliseconds(5)) }
            await services.triggerGracefulShutdown()
            let response = try await slow.answer()
            #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(response)")
            #expect(response.lowercased().contains("\r\nconnection: close\r\n"), "\(response)")
            try await group.waitForAll()
            let refused = await #expect(throws: (any Error).self) {
                try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: url), timeout: .seconds(1))
            }
            #expect(refused != nil)
        }
    }

    @Test("fails its share of requests but never health and readiness")
    func errorRate() async throws {
        try await withApp({ $0.errorRate = 0.2 }) { url, client in
            var failures = 0
            for _ in 0..<50 {
                failures += try await status(url + "/", client).0 == 500 ? 1 : 0
                try await expect(200, at: url + "/readyz", client)
            }
            #expect((8...12).contains(failures))
        }
    }

    @Test(
        "names the option that is out of range",
        arguments: [("error-rate", 1.5), ("error-rate", .nan), ("error-rate", -0.1)])
    func validation(field: String, rate: Double) throws {
        var configuration = SampleAppConfiguration()
        configuration.errorRate = rate
        let error = #expect(throws: SampleAppError.self) { try configuration.validate() }
        #expect(error?.description.hasPrefix(field) == true)
    }

    @Test("says which address is taken")
    func addressInUse() async throws {
        try await withApp { url, _ in
            var configuration = SampleAppConfiguration()
            configuration.port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
            let second = try SampleApp(configuration, logger: Logger(label: "test"))
            let error = await #expect(throws: SampleAppError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1:\(configuration.port)") == true)
        }
    }
}
