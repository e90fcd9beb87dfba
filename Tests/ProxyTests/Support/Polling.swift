import Testing

/// What a test waited for did not happen in time.
struct TimedOut: Error, CustomStringConvertible {
    var description: String
}

/// Waits until a condition holds.
func eventually(
    _ what: String, within limit: Duration = .seconds(10), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TimedOut(description: "timed out: \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
