import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Timing

/// Sending requests, again where that is safe.
extension KubernetesClient {
    /// Sends a request, and again while the trouble may pass and repeating is safe; returns the last answer.
    func send(_ request: APIRequest) async throws -> APIAnswer {
        var attempt = 0
        while true {
            attempt += 1
            try await limiter?.wait()
            let outcome: Result<APIAnswer, any Error>
            do {
                outcome = .success(try await transport.send(request))
            } catch {
                try Task.checkCancellation()
                outcome = .failure(error)
            }
            guard attempt < policy.tries, let pause = pause(after: outcome, of: request, attempt: attempt)
            else {
                return try result(outcome, of: request)
            }
            logger.debug("\(request.purpose): tried again after \(pause)")
            try await policy.clock.sleep(for: pause)
        }
    }

    /// Sends a request and reads the object of its answer.
    func json(_ request: APIRequest) async throws -> JSONValue {
        let answer = try await send(request)
        guard answer.isSuccess else { throw answer.error(for: request.purpose) }
        return try answer.json(for: request.purpose)
    }

    private func result(
        _ outcome: Result<APIAnswer, any Error>, of request: APIRequest
    ) throws -> APIAnswer {
        do {
            return try outcome.get()
        } catch {
            throw connectionError(error, of: request)
        }
    }

    /// The pause before the next try; nil when there shall be none.
    private func pause(
        after outcome: Result<APIAnswer, any Error>, of request: APIRequest, attempt: Int
    ) -> Duration? {
        let pause = policy.backOff.pause(after: attempt)
        switch outcome {
        case .success(let answer):
            let asked = answer.retryAfter.map { min($0, policy.longestRetryAfter) }
            if answer.code == 429 { return max(asked ?? .zero, pause) }
            guard request.method == .GET, [500, 502, 503, 504].contains(answer.code) else { return nil }
            return max(asked ?? .zero, pause)
        case .failure(let error):
            if error is KubernetesError { return nil }
            return request.method == .GET || Self.neverLeft(error) ? pause : nil
        }
    }

    /// Whether a request failed before a byte of it was sent.
    private static func neverLeft(_ error: any Error) -> Bool {
        if error is NIOConnectionError { return true }
        if case NIOSSLError.handshakeFailed = error { return true }
        if error is NIOSSLExtraError { return true }
        if let error = error as? IOError { return error.errnoCode == ECONNREFUSED }
        let error = error as? HTTPClientError
        return error == .connectTimeout || error == .getConnectionFromPoolTimeout
            || error == .tlsHandshakeTimeout
    }

    /// Puts what went wrong on the way to an answer into words.
    func connectionError(_ error: any Error, of request: APIRequest) -> KubernetesError {
        let server = configuration.server
        switch error {
        case let error as KubernetesError: return error
        case is DeadlineExceeded:
            return .unavailable(
                "\(request.purpose): no answer from \(server) within \(policy.requestTimeout)")
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return .unavailable(
                "\(request.purpose): no answer from \(server) within \(policy.requestTimeout)")
        case let error as HTTPClientError where error == .connectTimeout:
            return .unavailable(
                "\(request.purpose): cannot connect to \(server) within \(policy.connectTimeout)")
        case _ where error as? HTTPClientError == .remoteConnectionClosed,
            _ where error as? HTTPParserError == .invalidEOFState,
            _ where error as? NIOSSLError == .uncleanShutdown:
            return .unavailable(
                "\(request.purpose): \(server) closed the connection before its answer was complete")
        case is NIOConnectionError, is IOError:
            return .unavailable("\(request.purpose): cannot reach \(server): \(error)")
        case NIOSSLError.handshakeFailed(let cause):
            return .unavailable(
                "\(request.purpose): \(server) is not trusted, or refuses to talk TLS: \(cause); "
                    + "check certificate-authority and the server's name")
        case _ where error as? NIOSSLExtraError == .failedToValidateHostname:
            return .unavailable(
                "\(request.purpose): the certificate of \(server) is for another name: \(error); set tls-server-name"
            )
        default: return .unavailable("\(request.purpose): no answer from \(server): \(error)")
        }
    }
}
