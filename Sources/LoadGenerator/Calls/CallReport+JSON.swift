import Foundation

extension CallReport {
    /// The report as one JSON object with ghz's names; times are in nanoseconds.
    ///
    /// - Parameters:
    ///   - name: of the run, where it has one.
    ///   - tags: added as they are.
    ///   - isPretty: in lines, for people.
    public func json(
        name: String? = nil, tags: [String: String]? = nil, isPretty: Bool = false
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.dateEncodingStrategy = .iso8601
        let document = Document(self, name: name, tags: tags)
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }
}

/// The report in ghz's shape.
private struct Document: Encodable {
    struct Percentile: Encodable {
        let percentage: Int
        let latency: Int64
    }

    struct Bucket: Encodable {
        let mark: Double
        let count: Int
        let frequency: Double
    }

    struct Detail: Encodable {
        let timestamp: Date
        let latency: Int64
        let error: String
        let status: String
    }

    struct Options: Encodable {
        let call: String
        let host: String
        let insecure: Bool
        let concurrency: Int
        let total: Int
        let connections: Int
        let duration: Int64?
        let timeout: Int64?
        let rps: Double?
    }

    let name: String?
    let endReason: CallReport.EndReason
    let date: Date
    let options: Options
    let count: Int
    let total: Int64
    let average: Int64
    let fastest: Int64
    let slowest: Int64
    let rps: Double
    let errorDistribution: [String: Int]
    let statusCodeDistribution: [String: Int]
    let latencyDistribution: [Percentile]
    /// Ours: ghz's list has whole percentages only.
    let highPercentiles: [String: Int64]
    let histogram: [Bucket]
    let details: [Detail]
    let tags: [String: String]?
    /// Ours as well.
    let thresholds: [LoadReport.Verdict]

    init(_ report: CallReport, name: String?, tags: [String: String]?) {
        let plan = report.plan
        self.name = name
        self.tags = tags
        thresholds = report.thresholds
        endReason = report.endReason
        date = report.date
        options = Options(
            call: "\(plan.method)", host: plan.target.authority, insecure: plan.tls == nil,
            concurrency: plan.concurrency, total: plan.total, connections: plan.connections,
            duration: plan.duration.map(Self.nanoseconds), timeout: plan.timeout.map(Self.nanoseconds),
            rps: plan.rate)
        count = report.count
        total = Self.nanoseconds(report.elapsed)
        average = Self.nanoseconds(report.latency.average)
        fastest = Self.nanoseconds(report.latency.fastest)
        slowest = Self.nanoseconds(report.latency.slowest)
        rps = report.callsPerSecond
        errorDistribution = report.errors
        statusCodeDistribution = Dictionary(
            report.statusCodes.map { ($0.name, $0.count) }, uniquingKeysWith: +)
        let isWhole = { (percent: Double) in percent == percent.rounded() }
        latencyDistribution = report.percentiles.filter { isWhole($0.percent) }.map {
            Percentile(percentage: Int($0.percent), latency: Self.nanoseconds($0.latency))
        }
        highPercentiles = Dictionary(
            report.percentiles.filter { !isWhole($0.percent) }.map {
                ("\($0.percent)", Self.nanoseconds($0.latency))
            }, uniquingKeysWith: { $1 })
        let counted = max(1, report.histogram.map(\.count).reduce(0, +))
        histogram = report.histogram.map {
            Bucket(mark: $0.limit, count: $0.count, frequency: Double($0.count) / Double(counted))
        }
        let start = report.date.addingTimeInterval(-report.elapsed)
        details = report.samples.map {
            Detail(
                timestamp: start.addingTimeInterval(Double($0.end) / 1e9), latency: $0.latency,
                error: $0.error ?? "", status: $0.code.name)
        }
    }

    private static func nanoseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1e9).rounded()) }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }
}
