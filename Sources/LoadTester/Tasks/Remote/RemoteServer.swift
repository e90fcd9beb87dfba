import AsyncHTTPClient
import Foundation
import NIOCore
import Timing

/// A server that runs tests, and how to call it; every call is bounded in time and in what it reads.
struct RemoteServer: Sendable {
    /// A request's body and its type.
    struct Body: Sendable {
        let contentType: String
        let bytes: [UInt8]
    }

    private static let answerLimit = 1 << 20
    private static let excerptLimit = 512
    private static let callLimit = Duration.seconds(60)

    let base: RemoteURL
    let authorization: String
    /// Never to be shown, though the server may send them back.
    let secrets: [String]
    let client: HTTPClient

    /// Runs work with a client of its own, which follows no redirect: it would carry the key elsewhere.
    static func withClient<Value: Sendable>(
        _ work: @Sendable (HTTPClient) async -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration) { await work($0) }
    }

    /// Calls the server and decodes its JSON answer, within a limit and at most a minute.
    ///
    /// - Throws: ``RemoteCallError`` in words for the user, `CancellationError`.
    func call<Answer: Decodable>(
        _ method: String, _ path: String, body: Body? = nil, within limit: Duration, as type: Answer.Type
    ) async throws -> Answer {
        let answer = try await send(method, path, body, within: min(limit, Self.callLimit))
        do {
            return try JSONDecoder().decode(type, from: answer)
        } catch {
            throw failure(
                method, path, "answered what is not the expected JSON: \(excerpt(answer))", mayPass: true)
        }
    }

    /// Calls the server and ignores what it answers.
    func call(_ method: String, _ path: String, within limit: Duration) async throws {
        _ = try await send(method, path, nil, within: min(limit, Self.callLimit))
    }

    private func send(_ method: String, _ path: String, _ body: Body?, within limit: Duration) async throws
        -> Data
    {
        var request = HTTPClientRequest(url: base.appending(path))
        request.method = .RAW(value: method)
        request.headers.add(name: "Authorization", value: authorization)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "aviary")
        if let body {
            request.headers.add(name: "Content-Type", value: body.contentType)
            request.body = .bytes(body.bytes)
        }
        let (status, answer): (UInt, Data)
        do {
            (status, answer) = try await execute(request, within: limit)
        } catch is NIOTooManyBytesError {
            throw failure(method, path, "answered more than \(Self.answerLimit) bytes", mayPass: false)
        } catch  where error is DeadlineExceeded || error as? HTTPClientError == .deadlineExceeded {
            throw failure(method, path, "gave no answer within \(GoDuration.format(limit))", mayPass: true)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw failure(method, path, "cannot be reached: \(error)", mayPass: true)
        }
        guard (200..<300).contains(status) else {
            let mayPass = status >= 500 || status == 408 || status == 429
            var error = failure(method, path, "answered \(status): \(excerpt(answer))", mayPass: mayPass)
            error.status = Int(status)
            throw error
        }
        return answer
    }

    private func execute(_ request: HTTPClientRequest, within limit: Duration) async throws -> (UInt, Data) {
        try await withDeadline(limit) { [client] in
            let response = try await client.execute(request, timeout: TimeAmount(limit))
            let body = try await response.body.collect(upTo: Self.answerLimit)
            return (response.status.code, Data(body.readableBytesView))
        }
    }

    private func failure(_ method: String, _ path: String, _ problem: String, mayPass: Bool)
        -> RemoteCallError
    {
        let words = "\(method) \(base.appending(path)) \(problem)"
        return RemoteCallError(
            description: Redaction.redacted(words, secrets: secrets + [authorization]), mayPass: mayPass)
    }

    private func excerpt(_ answer: Data) -> String {
        let text = String(decoding: answer.prefix(Self.excerptLimit), as: UTF8.self)
        return text.isEmpty ? "an empty body" : text
    }
}
