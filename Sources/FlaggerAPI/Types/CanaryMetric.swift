public import Timing

/// One measured value and the range it must stay in.
public struct CanaryMetric: Codable, Equatable, Sendable {
    /// A built-in metric (`request-success-rate`, `request-duration`) or the name of one's own.
    public var name: String
    /// The window of the measurement, back from now; 1m by default.
    public var interval = GoDuration.minutes(1)
    /// The old form of the range: the least success rate in percent, or the most of anything else.
    public var threshold: Double?
    /// The range that passes, both ends included.
    public var thresholdRange: ThresholdRange?
    /// A query in place of a template.
    public var query: String?
    /// The template that holds the query.
    public var templateRef: CrossNamespaceObjectReference?
    /// Values for the template's variables, by name.
    public var templateVariables: [String: String]?

    /// The range that passes, both ends included.
    public struct ThresholdRange: Codable, Equatable, Sendable {
        /// The least value that passes; nil means no lower limit.
        public var min: Double?
        /// The greatest value that passes; nil means no upper limit.
        public var max: Double?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case min, max
        }

        /// A range; nil means no limit.
        public init(min: Double? = nil, max: Double? = nil) {
            self.min = min
            self.max = max
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, interval, threshold, thresholdRange, query, templateRef, templateVariables
    }

    /// A metric by name and range.
    public init(
        name: String, interval: GoDuration = .minutes(1), thresholdRange: ThresholdRange? = nil
    ) {
        self.name = name
        self.interval = interval
        self.thresholdRange = thresholdRange
    }

    /// Reads a metric; `name` is required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        try fields.read(.interval, into: &interval)
        try fields.read(.threshold, into: &threshold)
        try fields.read(.thresholdRange, into: &thresholdRange)
        try fields.read(.query, into: &query)
        try fields.read(.templateRef, into: &templateRef)
        try fields.read(.templateVariables, into: &templateVariables)
    }
}

extension CanaryMetric {
    /// The names of the metrics that need no query.
    public static let builtIn: Set<String> = ["request-success-rate", "request-duration"]

    /// The range that passes: `thresholdRange`, or the old `threshold` read as one.
    public var effectiveRange: ThresholdRange {
        if let thresholdRange { return thresholdRange }
        guard let threshold else { return ThresholdRange() }
        return name == "request-success-rate"
            ? ThresholdRange(min: threshold) : ThresholdRange(max: threshold)
    }
}
