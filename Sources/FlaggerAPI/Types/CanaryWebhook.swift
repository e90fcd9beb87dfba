public import Timing

/// A service that is asked, or told, at one point of a rollout.
public struct CanaryWebhook: Codable, Equatable, Sendable {
    /// When it is called, by wire name; `rollout` when absent or empty.
    public var type = "rollout"
    /// The name that events and logs show.
    public var name: String
    /// The address that is sent a POST.
    public var url: String
    /// Sends no alert when this hook makes the rollout wait.
    public var muteAlert = false
    /// How long one call may take; 10s by default.
    public var timeout = GoDuration.seconds(10)
    /// Texts that are sent along.
    public var metadata: [String: String] = [:]
    /// Further tries after a connection failure, time-out, 5xx or 429.
    public var retries = 0
    /// Skips certificate verification for this hook alone.
    public var disableTLS = false

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type, name, url, muteAlert, timeout, metadata, retries, disableTLS
    }

    /// A hook with defaults for all but name and address.
    public init(
        name: String, type: String = "rollout", url: String, timeout: GoDuration = .seconds(10),
        metadata: [String: String] = [:], retries: Int = 0
    ) {
        self.name = name
        self.type = type.isEmpty ? "rollout" : type
        self.url = url
        self.timeout = timeout
        self.metadata = metadata
        self.retries = retries
    }

    /// Reads a hook; `name` and `url` are required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.type, into: &type)
        if type.isEmpty { type = "rollout" }
        name = try fields.decode(String.self, forKey: .name)
        url = try fields.decode(String.self, forKey: .url)
        try fields.read(.muteAlert, into: &muteAlert)
        try fields.read(.timeout, into: &timeout)
        try fields.read(.metadata, into: &metadata)
        try fields.read(.retries, into: &retries)
        try fields.read(.disableTLS, into: &disableTLS)
    }
}
