import AsyncHTTPClient
import NIOCore

/// Single requests, as curl would send them.
enum Web {
    struct Answer {
        var status: Int
        var body: String
        var headers: [String: String]
        var version: String { headers["x-app-version"] ?? "" }
    }

    /// Takes a refused connection as the answer, as curl does.
    static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    static func get(_ url: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", url, headers: headers)
    }

    static func post(_ url: String, _ body: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send("POST", url, headers: headers, body: body)
    }

    static func delete(_ url: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send("DELETE", url, headers: headers)
    }

    private static func send(
        _ method: String, _ url: String, headers: [String: String] = [:], body: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, timeout: .seconds(60))
        let answer = try await response.body.collect(upTo: 1 << 22)
        let pairs = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: Int(response.status.code), body: String(buffer: answer),
            headers: Dictionary(pairs) { "\($0), \($1)" })
    }
}
