/// What a run must achieve, such as `p99<250ms` or `success>=99`.
///
/// A metric, a comparison (`<` `<=` `>` `>=`) and a limit. Metrics are `p50`, `p99.9` and so on, `avg`,
/// `min`, `max` (limits with a unit: `us`, `ms`, `s`, `m`), `success` (percent of all requests, planned and
/// never sent ones included, that were answered with a status from 200 to 399), `rps` (as in the summary) and
/// `errors` (requests without an answer).
public struct Threshold: Sendable, Hashable {
    enum Metric: Hashable, Sendable {
        case percentile(Double)
        case average, fastest, slowest, success, rate, errors

        var isLatency: Bool {
            switch self {
            case .percentile, .average, .fastest, .slowest: true
            case .success, .rate, .errors: false
            }
        }
    }

    enum Comparison: String, Sendable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"
    }

    /// As it was written.
    public let expression: String
    let metric: Metric
    let comparison: Comparison
    /// In seconds, percent, requests a second or requests.
    let limit: Double

    /// Reads an expression.
    ///
    /// - Throws: `LoadError.threshold` with what is wrong and what is allowed.
    public init(_ text: String) throws(LoadError) {
        expression = text.filter { !$0.isWhitespace }
        let written = expression
        let found = Comparison.allCases.lazy.compactMap { comparison in
            written.firstRange(of: comparison.rawValue).map { (comparison, $0) }
        }.first
        guard let (comparison, range) = found else {
            throw .threshold(text, problem: "has no comparison")
        }
        guard let metric = Self.metric(written[..<range.lowerBound]) else {
            throw .threshold(text, problem: "has an unknown metric")
        }
        guard let limit = Self.limit(written[range.upperBound...], isLatency: metric.isLatency) else {
            throw .threshold(
                text, problem: metric.isLatency ? "needs a time with its unit" : "needs a number")
        }
        self.metric = metric
        self.comparison = comparison
        self.limit = limit
    }

    /// Reads expressions separated by commas or line ends.
    ///
    /// - Throws: `LoadError.threshold` for the first that is none.
    public static func list(_ text: String) throws(LoadError) -> [Threshold] {
        var list: [Threshold] = []
        for part in text.split(whereSeparator: { $0 == "," || $0.isNewline })
        where !part.allSatisfy(\.isWhitespace) {
            list.append(try Threshold(String(part)))
        }
        return list
    }

    /// Whether a value keeps it; what could not be measured does not.
    func isKept(by value: Double?) -> Bool {
        guard let value else { return false }
        return switch comparison {
        case .below: value < limit
        case .atMost: value <= limit
        case .above: value > limit
        case .atLeast: value >= limit
        }
    }

    private static func metric(_ name: Substring) -> Metric? {
        switch name.lowercased() {
        case "avg": return .average
        case "min": return .fastest
        case "max": return .slowest
        case "success": return .success
        case "rps": return .rate
        case "errors": return .errors
        default:
            guard name.first == "p" || name.first == "P", let percent = number(name.dropFirst()),
                percent > 0, percent <= 100
            else { return nil }
            return .percentile(percent)
        }
    }

    private static func limit(_ text: Substring, isLatency: Bool) -> Double? {
        guard isLatency else { return number(text.hasSuffix("%") ? text.dropLast() : text) }
        let units = [("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60)]
        guard let unit = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        return number(text.dropLast(unit.0.count)).map { $0 * unit.1 }
    }

    private static func number(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }) else { return nil }
        return Double(text)
    }
}
