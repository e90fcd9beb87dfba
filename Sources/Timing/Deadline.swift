/// Thrown by `withDeadline` when the time is over.
public struct DeadlineExceeded: Error, CustomStringConvertible {
    /// Says that there was no answer in time.
    public var description: String { "no answer in time" }

    /// Creates the error.
    public init() {}
}

/// Runs work that is cancelled and given up when it takes longer than this.
///
/// - Throws: `DeadlineExceeded`, or what the work throws.
public func withDeadline<Value: Sendable>(
    _ duration: Duration, clock: any Clock<Duration> = ContinuousClock(),
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await clock.sleep(for: duration)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw DeadlineExceeded() }
        return value
    }
}
