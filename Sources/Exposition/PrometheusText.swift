/// Builds metrics in the text format of Prometheus.
public struct PrometheusText: Sendable {
    /// What a family's samples are.
    public enum Kind: String, Sendable {
        /// Only grows.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts by upper bound.
        case histogram
    }

    /// What was built so far; ends with a line break.
    public private(set) var text = ""

    /// Creates an empty text.
    public init() {}

    /// Starts a family; its samples follow.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds one sample.
    public mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += "\(name){\(pairs)} \(Int(exactly: value).map(String.init) ?? String(value))\n"
    }

    /// Adds the buckets, sum and count of a histogram of seconds.
    public mutating func samples(
        _ name: String, _ labels: [(String, String)], of histogram: DurationHistogram
    ) {
        for (bound, count) in zip(histogram.boundsInSeconds, histogram.counts) {
            sample(name + "_bucket", labels + [("le", "\(bound)")], Double(count))
        }
        sample(name + "_bucket", labels + [("le", "+Inf")], Double(histogram.count))
        sample(name + "_sum", labels, histogram.sumInSeconds)
        sample(name + "_count", labels, Double(histogram.count))
    }

    private static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
