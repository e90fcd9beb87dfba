import AsyncHTTPClient
import Foundation

/// Asks a running daemon or load tester over HTTP.
struct DaemonClient {
    /// What the daemon answered when that was not success.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let options: ServerOptions
    private static let answerLimit = 64 << 20

    /// Sends a request and returns the body of a 2xx answer.
    ///
    /// - Throws: ``Failure`` in words for the user, when the server cannot be reached or
    ///   answers anything else.
    func send(
        _ method: String, _ path: String, json body: (some Encodable)? = String?.none,
        headers: [String: String] = [:]
    ) async throws -> Data {
        try await send(
            method, path, body: try body.map { try JSONEncoder().encode($0) },
            headers: headers.merging(body == nil ? [:] : ["Content-Type": "application/json"]) { mine, _ in
                mine
            })
    }

    /// Sends a request with a body as it is and returns the body of a 2xx answer.
    ///
    /// - Throws: ``Failure`` as above.
    func send(
        _ method: String, _ path: String, body: Data?, headers: [String: String] = [:]
    ) async throws -> Data {
        let url = try options.url(path)
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let token = try options.token() {
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        if let body { request.body = .bytes(body) }
        let (status, answer) = try await execute(request, url)
        guard (200..<300).contains(status) else {
            let reason = Self.refusal(answer) ?? "\(url) answered \(status)"
            let hint = status == 401 ? "\nGive a token with --token-file FILE or AVIARY_TOKEN." : ""
            throw Failure(description: reason + hint)
        }
        return answer
    }

    /// Why the server refused: the message of its error object, or the text it answered.
    private static func refusal(_ answer: Data) -> String? {
        struct Refusal: Decodable {
            struct Problem: Decodable { let message: String }
            let error: Problem
        }
        if let refusal = try? JSONDecoder().decode(Refusal.self, from: answer) {
            return refusal.error.message
        }
        let text = String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }

    private func execute(_ request: HTTPClientRequest, _ url: String) async throws -> (UInt, Data) {
        // A daemon that does not listen is told at once: waiting for it would only hide the mistake.
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        configuration.tlsConfiguration = try options.tlsConfiguration()
        do {
            return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                let response = try await client.execute(request, timeout: .seconds(90))
                let body = try await response.body.collect(upTo: Self.answerLimit)
                return (response.status.code, Data(body.readableBytesView))
            }
        } catch {
            throw Failure(description: Self.unreachable(url, error))
        }
    }

    private static func unreachable(_ url: String, _ error: any Error) -> String {
        let words = "\(error)"
        if words.contains("CERTIFICATE_VERIFY_FAILED") {
            return "\(url): the server's certificate is not trusted: give its authority with --ca-file FILE"
        }
        let cause = words.contains("refused") ? "connection refused" : words
        return """
            cannot reach \(url): \(cause)
            Is the daemon running? Give its address with --server URL or AVIARY_SERVER.
            """
    }
}
