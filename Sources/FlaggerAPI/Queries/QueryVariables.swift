/// What a query's `{{ variables }}` stand for.
public struct QueryVariables: Equatable, Sendable {
    /// The names that every template may use (peer documentation of metric templates).
    public static let names = ["name", "namespace", "target", "service", "ingress", "route", "interval"]

    /// The canary's name.
    public var name = ""
    /// The canary's namespace.
    public var namespace = ""
    /// The target's name.
    public var target = ""
    /// The service's name; the target's where it has none of its own.
    public var service = ""
    /// The name of the Ingress; the target's where there is none.
    public var ingress = ""
    /// The name of the route; the target's where there is none.
    public var route = ""
    /// The metric's window, as the user wrote it.
    public var interval = ""
    /// The metric's `templateVariables`.
    public var variables: [String: String] = [:]

    /// Variables without a value.
    public init() {}

    /// What stands for a metric of a canary.
    public init(_ metric: CanaryMetric, of canary: Canary) {
        name = canary.metadata.name
        namespace = canary.metadata.namespace
        target = canary.spec.targetRef.name
        service = canary.apexName
        ingress = canary.spec.ingressRef?.name ?? target
        route = canary.spec.routeRef?.name ?? target
        interval = Self.short(metric.interval.description)
        variables = metric.templateVariables ?? [:]
    }

    /// Without the zeros of Go's spelling, which some servers don't read: `1m0s` is `1m`.
    private static func short(_ duration: String) -> String {
        var text = duration
        if text.hasSuffix("m0s") { text.removeLast(2) }
        if text.hasSuffix("h0m") { text.removeLast(2) }
        return text
    }

    func value(of name: String) -> String {
        switch name {
        case "name": self.name
        case "namespace": namespace
        case "target": target
        case "service": service
        case "ingress": ingress
        case "route": route
        case "interval": interval
        default: ""
        }
    }
}
