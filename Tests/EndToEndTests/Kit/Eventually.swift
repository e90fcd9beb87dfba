import Foundation
import Testing

/// Waits until a condition holds; fails the test when it does not within the limit.
func eventually(
    within limit: Duration = .seconds(60), _ comment: @autoclosure () -> Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        if ContinuousClock.now >= deadline {
            let comment = comment()
            try #require(
                Bool(false), comment ?? "did not happen within \(limit)", sourceLocation: sourceLocation)
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Runs a test with a folder of its own that is removed afterwards.
func withTemporaryFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    let path = FileManager.default.temporaryDirectory.appending(path: "aviary-end-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
