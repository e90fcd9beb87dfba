import FlaggerAPI
import Foundation

/// Turns an alert into the request that its kind of receiver understands.
protocol Notifier: Sendable {
    /// The body to send, as JSON.
    func payload(for alert: AlertMessage, to receiver: AlertReceiver) -> any Encodable
    /// Where to send it.
    func address(of receiver: AlertReceiver) -> String
    /// Why an answer with a 2xx status is a refusal all the same; nil when it is none.
    func refusal(in answer: String) -> String?
}

extension Notifier {
    func address(of receiver: AlertReceiver) -> String { receiver.address }
    func refusal(in answer: String) -> String? { nil }

    /// The whole request: a POST that may take 5 s (peer behaviour).
    func request(for alert: AlertMessage, to receiver: AlertReceiver) throws -> ServerRequest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = String(decoding: try encoder.encode(payload(for: alert, to: receiver)), as: UTF8.self)
        var headers = [ServerRequest.Header("Content-Type", "application/json")]
        if let token = receiver.token { headers.append(.init("Authorization", "Bearer \(token)")) }
        return ServerRequest(
            address(of: receiver), method: "POST", headers: headers, body: body, longestAnswer: 4096,
            proxy: receiver.proxy)
    }
}

extension AlertProvider.ReceiverType {
    /// The notifier of each kind, by one line each.
    var notifier: any Notifier {
        switch self {
        case .slack: SlackNotifier()
        case .msteams: TeamsNotifier()
        case .discord: DiscordNotifier()
        case .rocket: RocketNotifier()
        case .gchat: GoogleChatNotifier()
        }
    }
}
