/// Count, sum, least and greatest of a series of nanoseconds.
struct Spread: Sendable, Equatable {
    private(set) var count = 0
    private(set) var sum: Int64 = 0
    private(set) var least: Int64 = .max
    private(set) var greatest: Int64 = 0

    mutating func record(_ nanoseconds: Int64) {
        count += 1
        sum += nanoseconds
        least = min(least, nanoseconds)
        greatest = max(greatest, nanoseconds)
    }

    mutating func add(_ other: Spread) {
        count += other.count
        sum += other.sum
        least = min(least, other.least)
        greatest = max(greatest, other.greatest)
    }

    /// Average, least and greatest in seconds; zeros for an empty series.
    var seconds: LoadReport.Range {
        guard count > 0 else { return .init(average: 0, fastest: 0, slowest: 0) }
        return .init(
            average: Double(sum) / Double(count) / 1e9, fastest: Double(least) / 1e9,
            slowest: Double(greatest) / 1e9)
    }
}
