/// Thrown when what a test waits for does not come.
public struct NeverHappened: Error, CustomStringConvertible {
    /// What was waited for.
    public let description: String
}

/// Waits until something holds, for a bounded time.
///
/// - Parameters:
///   - what: what is waited for, for the message.
///   - limit: how long at most.
///   - holds: asked again and again.
public func eventually(
    _ what: String, within limit: Duration = .seconds(60), _ holds: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try !holds() {
        if ContinuousClock.now >= deadline {
            throw NeverHappened(description: "not within \(limit): \(what)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
