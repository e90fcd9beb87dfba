public import FlaggerAPI
import Foundation
import Timing

/// One metric of the analysis, and the range its value must keep.
public struct MetricCheck: Equatable, Sendable {
    /// The metrics that need no query.
    public enum Builtin: String, Sendable, CaseIterable {
        /// Share of requests without a 5xx, in percent.
        case successRate = "request-success-rate"
        /// The 99th percentile of request durations, in milliseconds.
        case duration = "request-duration"
    }

    /// The metric's name.
    public var name: String
    /// Over how much of the recent past it is measured.
    public var interval: Duration
    /// The smallest value that passes.
    public var minimum: Double?
    /// The largest value that passes.
    public var maximum: Double?
    /// Where its value comes from.
    public var origin: Origin
    /// What the variables of its query stand for.
    public var variables: QueryVariables

    /// Where a metric's value comes from.
    public enum Origin: Equatable, Sendable {
        /// The source that measures the canary's traffic.
        case builtin
        /// A query of the user's own to a Prometheus server; nil asks the default one.
        case query(String, server: String?)
        /// The query of a metric template, asked where that says.
        case template(NamespacedName)
    }

    /// Makes a check.
    public init(
        name: String, interval: Duration = .seconds(60), minimum: Double? = nil, maximum: Double? = nil,
        origin: Origin = .builtin, variables: QueryVariables = QueryVariables()
    ) {
        self.name = name
        self.interval = interval
        self.minimum = minimum
        self.maximum = maximum
        self.origin = origin
        self.variables = variables
    }

    /// The builtin metric of that name, if it is one.
    public var builtin: Builtin? { origin == .builtin ? Builtin(rawValue: name) : nil }

    /// Judges a value.
    ///
    /// - Parameters:
    ///   - value: what was measured; nothing measured is a failed check, not a pass.
    ///   - canary: the canary as `name.namespace`.
    ///   - target: the target as `name.namespace`.
    ///   - source: what announcements call the source.
    public func judge(_ value: Double?, canary: String, target: String, source: String) -> MetricRecord {
        guard let value, value.isFinite else {
            let text =
                switch origin {
                case .builtin:
                    "Halt advancement no values found for \(source) metric \(name) probably \(target) is not receiving traffic"
                case .query: "Halt advancement no values found for metric: \(name)"
                case .template:
                    "Halt advancement no values found for custom metric: \(name): no values found"
                }
            return MetricRecord(name: name, value: nil, isWithinRange: false, failure: text)
        }
        if let minimum, value < minimum {
            return outside(value, "<", minimum, canary)
        }
        if let maximum, value > maximum {
            return outside(value, ">", maximum, canary)
        }
        return MetricRecord(name: name, value: value, isWithinRange: true, failure: nil)
    }

    /// What is announced when it could not be measured.
    func failed(_ error: any Error, canary: String) -> MetricRecord {
        let text =
            switch origin {
            case .builtin: "Halt \(canary) advancement metric \(name) can't be measured: \(error)"
            case .query: "Prometheus query failed for \(name): \(error)"
            case .template: "Metric query failed for \(name): \(error)"
            }
        return MetricRecord(name: name, value: nil, isWithinRange: false, failure: text)
    }

    private func outside(_ value: Double, _ relation: String, _ bound: Double, _ canary: String)
        -> MetricRecord
    {
        let text =
            switch builtin {
            case .successRate:
                "success rate \(Self.fixed(value))% \(relation) \(Self.short(bound))%"
            case .duration:
                "request duration \(Self.milliseconds(value)) \(relation) \(Self.milliseconds(bound))"
            case nil:
                "\(name) \(Self.fixed(value)) \(relation) \(Self.short(bound))"
            }
        return MetricRecord(
            name: name, value: value, isWithinRange: false, failure: "Halt \(canary) advancement \(text)")
    }

    private static func fixed(_ value: Double) -> String { String(format: "%.2f", value) }

    private static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private static func milliseconds(_ value: Double) -> String {
        GoDuration.format(.microseconds(Int64((value * 1000).rounded())))
    }
}
