/// One condition of a canary, such as `Promoted`.
public struct CanaryCondition: Codable, Equatable, Sendable {
    /// The condition's name.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// A word for why.
    public var reason: String?
    /// A sentence for why.
    public var message: String?
    /// When it was last written: RFC 3339.
    public var lastUpdateTime: String?
    /// When `status` last changed: RFC 3339.
    public var lastTransitionTime: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type, status, reason, message, lastUpdateTime, lastTransitionTime
    }

    /// A condition.
    public init(
        type: String, status: String, reason: String? = nil, message: String? = nil,
        lastUpdateTime: String? = nil, lastTransitionTime: String? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.lastUpdateTime = lastUpdateTime
        self.lastTransitionTime = lastTransitionTime
    }
}
