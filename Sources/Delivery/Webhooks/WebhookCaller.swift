import AsyncHTTPClient
public import FlaggerAPI
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Timing

/// Calls webhooks over HTTP.
///
/// Bodies are read up to 4 KiB, redirects followed at most ten times, and every try ends at its time-out.
public final class WebhookCaller: HookCaller {
    /// Finds the address behind a name and port; nil leaves both to the system's resolver.
    public typealias Resolver = @Sendable (_ host: String, _ port: Int) -> (host: String, port: Int)?

    static let longestBody = 4096

    private let verifying: HTTPClient
    private let trusting: HTTPClient
    private let policy: RetryPolicy
    private let resolve: Resolver
    private let pause: @Sendable (Duration) async throws -> Void

    /// Makes a caller. `shutdown()` must be called before it is dropped.
    ///
    /// - Parameters:
    ///   - policy: the pauses between retries.
    ///   - resolve: names that only Aviary knows.
    ///   - pause: waits between retries; injected so that tests need no time.
    public init(
        policy: RetryPolicy = .standard,
        resolve: @escaping Resolver = { _, _ in nil },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .follow(max: 10, allowCycles: false)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.httpVersion = .http1Only
        // The user's retries decide; a receiver that is down is told at once instead of at the time-out.
        configuration.connectionPool.retryConnectionEstablishment = false
        verifying = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.certificateVerification = .none
        trusting = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.policy = policy
        self.resolve = resolve
        self.pause = pause
    }

    /// Closes all connections.
    public func shutdown() async {
        try? await verifying.shutdown()
        try? await trusting.shutdown()
    }

    /// POSTs the payload, and again while the failure may pass and retries are left.
    ///
    /// Cancelling the task ends the call with an error outcome.
    public func call(_ endpoint: HookEndpoint, payload: CanaryWebhookPayload) async -> HookOutcome {
        let start = ContinuousClock.now
        var outcome = HookOutcome(error: "not called")
        var attempts = 0
        while true {
            attempts += 1
            var retryAfter: Int?
            do {
                (outcome, retryAfter) = try await post(payload, to: endpoint)
            } catch {
                outcome = HookOutcome(error: Self.describe(error, endpoint: endpoint))
            }
            guard attempts <= endpoint.retries, policy.mayPass(outcome), !Task.isCancelled else { break }
            do {
                try await pause(policy.pause(after: attempts, retryAfter: retryAfter))
            } catch {
                break
            }
        }
        outcome.attempts = attempts
        outcome.latency = ContinuousClock.now - start
        return outcome
    }

    private func post(
        _ payload: CanaryWebhookPayload, to endpoint: HookEndpoint
    ) async throws -> (HookOutcome, retryAfter: Int?) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let (url, host) = try address(of: endpoint.url)
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "aviary")
        if let host { request.headers.add(name: "Host", value: host) }
        request.body = .bytes(ByteBuffer(bytes: try encoder.encode(payload)))
        let client = endpoint.skipsVerification ? trusting : verifying
        let timeout = TimeAmount(endpoint.timeout)
        let sent = request
        return try await withDeadline(endpoint.timeout) {
            let response = try await client.execute(sent, timeout: timeout)
            let body = try await Self.head(of: response.body)
            let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }
            return (HookOutcome(status: Int(response.status.code), body: body), retryAfter)
        }
    }

    /// The URL to dial, and the `Host` header when it is not the one dialled.
    private func address(of url: String) throws -> (url: String, host: String?) {
        guard var components = URLComponents(string: url), let host = components.host, !host.isEmpty else {
            throw DeliveryError.url(url)
        }
        let port = components.port ?? (components.scheme == "https" ? 443 : 80)
        guard let found = resolve(host, port) else { return (url, nil) }
        let header = components.port.map { "\(host):\($0)" } ?? host
        components.host = found.host
        components.port = found.port
        return (components.string ?? url, header)
    }

    /// The start of a body; what comes after it is not read.
    private static func head(of body: HTTPClientResponse.Body) async throws -> String {
        var read = ByteBuffer()
        for try await var part in body {
            let room = longestBody - read.readableBytes
            if part.readableBytes >= room {
                if var last = part.readSlice(length: room) { read.writeBuffer(&last) }
                break
            }
            read.writeBuffer(&part)
        }
        return String(decoding: read.readableBytesView, as: UTF8.self)
    }

    private static func describe(_ error: any Error, endpoint: HookEndpoint) -> String {
        let url = "POST \(endpoint.url)"
        switch error {
        case is DeadlineExceeded: return "\(url): no answer within \(endpoint.timeout)"
        case is CancellationError: return "\(url): cancelled"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return "\(url): no answer within \(endpoint.timeout)"
        case let error as HTTPClientError where error == .connectTimeout:
            return "\(url): could not connect within \(endpoint.timeout)"
        case let error as HTTPClientError
        where error == .redirectLimitReached || error == .redirectCycleDetected:
            return "\(url): too many redirects"
        case _ where error as? HTTPParserError == .invalidEOFState,
            _ where error as? HTTPClientError == .remoteConnectionClosed:
            return "\(url): connection closed before the answer was complete"
        case let error as DeliveryError: return "\(error)"
        default: return "\(url): \(error)"
        }
    }
}
