public import FlaggerAPI
public import Rollout

/// Who hears of a canary's alerts, and what is told with them.
public struct AlertSettings: Equatable, Sendable {
    /// One entry of `spec.analysis.alerts`.
    public struct Route: Equatable, Sendable {
        /// The name the user gave it.
        public var name: String
        /// The least grave alert that is sent.
        public var minimum: Alert.Severity
        /// The provider that sends it.
        public var provider: NamespacedName

        /// Makes a route.
        public init(name: String, minimum: Alert.Severity, provider: NamespacedName) {
            self.name = name
            self.minimum = minimum
            self.provider = provider
        }
    }

    /// The routes, in the user's order.
    public var routes: [Route]
    /// Told with every alert.
    public var facts: [AlertFact]
    /// Told with alerts that include metadata.
    public var metadata: [AlertFact]

    /// Nobody hears.
    public static let none = AlertSettings(routes: [], facts: [], metadata: [])

    /// Makes settings.
    public init(routes: [Route], facts: [AlertFact], metadata: [AlertFact]) {
        self.routes = routes
        self.facts = facts
        self.metadata = metadata
    }

    /// The settings of a canary.
    ///
    /// - Parameters:
    ///   - canary: a resource that passed validation.
    ///   - cluster: tells the clusters of one receiver apart; nil when there is only one.
    public init(_ canary: Canary, cluster: String? = nil) {
        let analysis = canary.spec.effectiveAnalysis
        let namespace = canary.metadata.namespace
        routes = analysis.alerts.map { alert in
            Route(
                name: alert.name, minimum: Alert.Severity(rawValue: alert.severity) ?? .info,
                provider: NamespacedName(alert.providerRef, from: namespace))
        }
        facts = cluster.map { [AlertFact("Cluster", $0)] } ?? []
        let target = canary.spec.targetRef
        metadata = [
            AlertFact("Target", "\(target.kind)/\(target.name).\(namespace)"),
            AlertFact("Failed checks threshold", "\(analysis.failureThreshold)"),
            AlertFact("Progress deadline", "\(canary.spec.progressDeadlineSeconds)s"),
        ]
        if let routing = Self.routing(of: analysis) { metadata.append(AlertFact("Traffic routing", routing)) }
    }

    /// The messages that an alert becomes, in the order of the routes.
    public func messages(
        for alert: Alert, canary: NamespacedName, phase: Phase?, checksum: String
    ) -> [AlertMessage] {
        routes.filter { alert.severity >= $0.minimum }.map { route in
            AlertMessage(alert, through: route, of: self, canary: canary, phase: phase, checksum: checksum)
        }
    }

    private static func routing(of analysis: CanaryAnalysis) -> String? {
        if analysis.iterations > 0 { return analysis.match.isEmpty ? "Blue/Green" : "A/B Testing" }
        let maximum = analysis.effectiveMaxWeight
        if analysis.stepWeight > 0 { return "Weight step: \(analysis.stepWeight) max: \(maximum)" }
        guard !analysis.stepWeights.isEmpty else { return nil }
        return "Weight steps: \(analysis.stepWeights.map(String.init).joined(separator: ",")) max: \(maximum)"
    }
}
