import AsyncHTTPClient
import Foundation

/// Asks a running daemon or load tester over HTTP.
struct DaemonClient {
    /// What the daemon answered when that was not success.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let options: ServerOptions
    private static let answerLimit = 16 << 20

    /// Sends a request and returns the body of a 2xx answer.
    ///
    /// - Throws: ``Failure`` in words for the user, when the server cannot be reached within 10 seconds or
    ///   answers anything else.
    func send(
        _ method: String, _ path: String, json body: (some Encodable)? = String?.none,
        headers: [String: String] = [:]
    ) async throws -> Data {
        let url = try options.url(path)
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(try JSONEncoder().encode(body))
        }
        let (status, answer) = try await execute(request, url)
        guard (200..<300).contains(status) else {
            let text = String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            throw Failure(description: "\(url) answered \(status)" + (text.isEmpty ? "" : ": \(text)"))
        }
        return answer
    }

    private func execute(_ request: HTTPClientRequest, _ url: String) async throws -> (UInt, Data) {
        // A daemon that does not listen is told at once: waiting for it would only hide the mistake.
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        do {
            return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                let response = try await client.execute(request, timeout: .seconds(10))
                let body = try await response.body.collect(upTo: Self.answerLimit)
                return (response.status.code, Data(body.readableBytesView))
            }
        } catch {
            let cause = "\(error)".contains("refused") ? "connection refused" : "\(error)"
            throw Failure(
                description: """
                    cannot reach \(url): \(cause)
                    Is the daemon running? Give its address with --server URL or AVIARY_SERVER.
                    """)
        }
    }
}
