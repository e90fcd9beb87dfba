public import FlaggerAPI
public import Rollout

/// One alert on its way to one provider: everything but the provider's address and credentials, which are looked up
/// when it is sent.
public struct AlertMessage: Codable, Equatable, Sendable {
    /// The canary's name.
    public var canary: String
    /// The canary's namespace.
    public var namespace: String
    /// The phase the status held.
    public var phase: String
    /// The checksum of the revision in hand.
    public var checksum: String
    /// `info`, `warn` or `error`.
    public var severity: String
    /// The message.
    public var text: String
    /// What is told with it, in order.
    public var facts: [AlertFact]
    /// The name in the canary's list of alerts.
    public var name: String
    /// The provider that sends it.
    public var provider: NamespacedName

    /// An alert through one of a canary's routes.
    public init(
        _ alert: Alert, through route: AlertSettings.Route, of settings: AlertSettings,
        canary: NamespacedName,
        phase: Phase?, checksum: String
    ) {
        self.canary = canary.name
        namespace = canary.namespace
        self.phase = phase?.rawValue ?? ""
        self.checksum = checksum
        severity = alert.severity.rawValue
        text = alert.text
        facts = settings.facts + (alert.includesMetadata ? settings.metadata : [])
        name = route.name
        provider = route.provider
    }

    /// Whether it is bad news, which receivers show in red (peer behaviour: a `warn` is not).
    var isError: Bool { severity == Alert.Severity.error.rawValue }

    /// `name.namespace` of the canary.
    var subject: String { "\(canary).\(namespace)" }
}

/// A name and what it stands for, shown with an alert.
public struct AlertFact: Codable, Equatable, Sendable {
    /// Such as `Target`.
    public var name: String
    /// Such as `Deployment/podinfo.test`.
    public var value: String

    /// Makes a fact.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
