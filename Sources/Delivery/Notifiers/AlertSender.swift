import FlaggerAPI
import Foundation

/// Sends alerts to their providers: looks provider and secret up, sends, and tries again while a failure may pass.
///
/// What it returns names the provider and never its address or token, so that it can be kept and shown.
public struct AlertSender: Sendable {
    /// Tries after the first.
    public static let retries = 3

    private let resources: any ReferencedResources
    private let client: any ServerClient
    private let policy: RetryPolicy
    private let pause: @Sendable (Duration) async throws -> Void

    /// Makes a sender.
    ///
    /// - Parameters:
    ///   - resources: where providers and secrets are found.
    ///   - client: sends the requests.
    ///   - policy: the pauses between tries.
    ///   - pause: waits between tries; injected so that tests need no time.
    public init(
        resources: any ReferencedResources, client: any ServerClient, policy: RetryPolicy = .standard,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.resources = resources
        self.client = client
        self.policy = policy
        self.pause = pause
    }

    /// Sends an alert; takes at most four times 5 s and the pauses between them.
    ///
    /// - Returns: a record for the history, of type `alert`. Cancelling the task ends the delivery with an error.
    public func send(_ alert: AlertMessage) async -> HookRecord {
        let start = ContinuousClock.now
        var type = "alert"
        var outcome: HookOutcome
        do {
            guard let provider = try await resources.alertProvider(alert.provider) else {
                throw DeliveryError.reference("there is no alert provider \(alert.provider)")
            }
            type = provider.spec.type
            outcome = try await send(alert, to: provider)
        } catch {
            outcome = HookOutcome(error: "\(error)", attempts: 0)
        }
        outcome.latency = ContinuousClock.now - start
        return HookRecord(
            type: "alert", name: alert.name, url: "\(type) \(alert.provider)", phase: alert.phase,
            outcome: outcome)
    }

    private func send(_ alert: AlertMessage, to provider: AlertProvider) async throws -> HookOutcome {
        guard let type = AlertProvider.ReceiverType(rawValue: provider.spec.type) else {
            throw DeliveryError.reference("unknown alert provider type \(provider.spec.type)")
        }
        let credentials = try await resources.credentials(
            provider.spec.secretRef, in: provider.metadata.namespace)
        let receiver = try AlertReceiver(provider.spec, credentials: credentials, provider: alert.provider)
        let request = try type.notifier.request(for: alert, to: receiver)
        // The address is a credential wherever it is written.
        let secrets = Credentials([
            "address": receiver.address, "request": request.url, "token": receiver.token ?? "",
            "proxy": receiver.proxy ?? "", "path": URLComponents(string: request.url)?.path ?? "",
        ])
        var attempts = 0
        while true {
            attempts += 1
            var (outcome, retryAfter) = await post(request, as: type.notifier)
            outcome.attempts = attempts
            outcome.body = secrets.redact(outcome.body)
            outcome.error = outcome.error.map(secrets.redact)
            guard attempts <= Self.retries, !outcome.isPass, policy.mayPass(outcome), !Task.isCancelled,
                (try? await pause(policy.pause(after: attempts, retryAfter: retryAfter))) != nil
            else { return outcome }
        }
    }

    private func post(
        _ request: ServerRequest, as notifier: any Notifier
    ) async -> (HookOutcome, retryAfter: Int?) {
        do {
            let answer = try await client.send(request)
            var outcome = HookOutcome(status: answer.status, body: answer.body)
            outcome.passing = 200...299
            if outcome.isPass, let refusal = notifier.refusal(in: answer.body) {
                outcome = HookOutcome(status: answer.status, body: refusal)
                outcome.passing = nil
            }
            return (outcome, answer.retryAfter)
        } catch {
            return (HookOutcome(error: "\(error)"), nil)
        }
    }
}
