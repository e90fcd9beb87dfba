import AsyncHTTPClient
public import FlaggerAPI
public import Foundation
import NIOCore
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
    private let resolver: HostResolver
    private let resources: any ReferencedResources
    private let now: @Sendable () -> Date
    private let pause: @Sendable (Duration) async throws -> Void

    /// Makes a caller. `shutdown()` must be called before it is dropped.
    ///
    /// - Parameters:
    ///   - policy: the pauses between retries.
    ///   - resolve: names that only Aviary knows.
    ///   - resources: where the secrets are found that calls are signed with.
    ///   - now: reads the wall clock, for the timestamps of signatures.
    ///   - pause: waits between retries; injected so that tests need no time.
    public init(
        policy: RetryPolicy = .standard,
        resolve: @escaping Resolver = { _, _ in nil },
        resources: any ReferencedResources = NoReferencedResources(),
        now: @escaping @Sendable () -> Date = { Date() },
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
        resolver = HostResolver(find: resolve)
        self.resources = resources
        self.now = now
        self.pause = pause
    }

    /// What tells a message from all others; without a full stop, which the signature's scheme forbids.
    static func newMessageID() -> String { "msg_\(UUID().uuidString.lowercased())" }

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
        let message: Message
        do {
            message = try await self.message(payload, to: endpoint)
        } catch {
            return HookOutcome(
                error: "POST \(endpoint.url): not sent, \(error)", attempts: 0,
                latency: ContinuousClock.now - start)
        }
        while true {
            attempts += 1
            var retryAfter: Int?
            do {
                (outcome, retryAfter) = try await post(message, to: endpoint)
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

    /// What stays the same on every try.
    private struct Message: Sendable {
        var body: Data
        var id: String
        var signing: HookSigning?
        var traceparent: String?
    }

    /// - Throws: `DeliveryError.credentials` when it can't be signed as asked: it is not sent unsigned then.
    private func message(_ payload: CanaryWebhookPayload, to endpoint: HookEndpoint) async throws -> Message {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var message = Message(
            body: try encoder.encode(payload),
            id: endpoint.messageID ?? Self.newMessageID())
        message.traceparent = endpoint.traceID.map {
            TraceParent.header(traceID: $0, spanID: UInt64.random(in: 1...UInt64.max))
        }
        guard let name = endpoint.secret else { return message }
        guard let credentials = try await resources.secret(name) else {
            throw DeliveryError.credentials("there is no secret \(name) to sign it with")
        }
        guard let secret = credentials[HookSigning.secretKey] else {
            throw DeliveryError.credentials("the secret \(name) has no key `\(HookSigning.secretKey)`")
        }
        message.signing = try HookSigning(secret)
        return message
    }

    private func post(
        _ message: Message, to endpoint: HookEndpoint
    ) async throws -> (HookOutcome, retryAfter: Int?) {
        let (url, host) = try resolver.address(of: endpoint.url)
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "aviary")
        if let host { request.headers.add(name: "Host", value: host) }
        if let trace = message.traceparent { request.headers.add(name: "traceparent", value: trace) }
        let timestamp = Int(now().timeIntervalSince1970)
        let signed = message.signing?.headers(id: message.id, timestamp: timestamp, body: message.body) ?? []
        for (name, value) in signed { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: message.body))
        let client = endpoint.skipsVerification ? trusting : verifying
        let timeout = TimeAmount(endpoint.timeout)
        let sent = request
        return try await withDeadline(endpoint.timeout) {
            let response = try await client.execute(sent, timeout: timeout)
            let body = try await BodyStart(of: response.body, upTo: Self.longestBody).text
            let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }
            return (HookOutcome(status: Int(response.status.code), body: body), retryAfter)
        }
    }

    private static func describe(_ error: any Error, endpoint: HookEndpoint) -> String {
        if let error = error as? DeliveryError { return "\(error)" }
        return "POST \(endpoint.url): \(ExchangeFailure.describe(error, within: endpoint.timeout))"
    }
}
