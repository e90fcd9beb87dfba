import Testing

/// What a test waited for did not happen in time.
struct TimedOut: Error, CustomStringConvertible {
    var description: String
}

/// Waits until a condition holds.
func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TimedOut(description: "timed out: \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// Waits until a count no longer grows.
func settled(_ count: @escaping () -> Int) async throws {
    var last = (count: -1, since: ContinuousClock.now)
    try await eventually("the count to settle", within: .seconds(60)) {
        if count() != last.count { last = (count(), ContinuousClock.now) }
        return last.count > 0 && ContinuousClock.now - last.since > .seconds(1)
    }
}
