import AsyncHTTPClient
import NIOCore
import NIOSSL

/// Where a load tester listens, and how a test asks it.
struct LiveServerAddress: Sendable {
    struct Answer: Equatable {
        let status: Int
        let body: String
        var headers: [String: String] = [:]

        static func == (left: Answer, right: Answer) -> Bool {
            left.status == right.status && left.body == right.body
        }
    }

    let url: String
    /// Whom to trust, and what to show; for HTTPS.
    var tls: TLSConfiguration?

    func send(
        _ path: String, _ body: String?, method: String = "POST", headers: [String: String] = [:],
        timeout: TimeAmount = .seconds(60)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        guard let tls else { return try await Self.execute(request, timeout, by: Self.client) }
        var configuration = Self.configuration
        configuration.tlsConfiguration = tls
        return try await HTTPClient.withHTTPClient(configuration: configuration) {
            try await Self.execute(request, timeout, by: $0)
        }
    }

    /// A server that is gone is told at once, not after trying to connect until the time-out.
    private static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: configuration)

    private static func execute(
        _ request: HTTPClientRequest, _ timeout: TimeAmount, by client: HTTPClient
    ) async throws -> Answer {
        let response = try await client.execute(request, timeout: timeout)
        let answer = try await response.body.collect(upTo: 1 << 20)
        return Answer(
            status: Int(response.status.code), body: String(buffer: answer),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first
            })
    }

    func get(_ path: String) async throws -> String { try await send(path, nil, method: "GET").body }
}
