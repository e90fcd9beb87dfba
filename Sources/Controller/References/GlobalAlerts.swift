import Delivery
import FlaggerAPI
import Foundation
import JSON

/// The receiver of alerts of canaries that name none (`-slack-url`, `-msteams-url`).
public struct GlobalAlerts: Sendable, Equatable {
    /// The name under which alerts are owed to it; no resource can have it.
    static let name = NamespacedName(namespace: "", name: "command line")

    /// Its kind.
    public enum Receiver: String, Sendable { case slack, msteams }

    /// Its kind; nil when there is none.
    public var receiver: Receiver?
    /// Where it is.
    public var address = ""
    /// Slack's token; empty for none.
    public var token = ""
    /// The sender's name.
    public var username = ""
    /// The channel.
    public var channel = ""
    /// The proxy on the way; empty for none.
    public var proxy = ""

    /// No receiver.
    public init() {}

    /// Its place among a canary's alerts, when the canary has none of its own.
    func add(to settings: inout AlertSettings) {
        guard receiver != nil, settings.routes.isEmpty else { return }
        settings.routes = [AlertSettings.Route(name: "global", minimum: .info, provider: Self.name)]
    }

    var credentials: Credentials {
        Credentials(token.isEmpty ? ["address": address] : ["address": address, "token": token])
    }

    var provider: AlertProvider? {
        get throws {
            guard let receiver else { return nil }
            var spec: JSONValue = ["type": .string(receiver.rawValue), "secretRef": ["name": "command line"]]
            for (key, value) in [("username", username), ("channel", channel), ("proxy", proxy)]
            where !value.isEmpty {
                spec[key] = .string(value)
            }
            let json: JSONValue = [
                "apiVersion": "flagger.app/v1beta1", "kind": "AlertProvider",
                "metadata": ["name": .string(Self.name.name)], "spec": spec,
            ]
            var provider = try JSONDecoder().decode(AlertProvider.self, from: Data(json.text.utf8))
            provider.metadata.namespace = Self.name.namespace
            return provider
        }
    }
}
