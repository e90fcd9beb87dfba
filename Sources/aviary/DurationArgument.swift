import ArgumentParser
import Timing

/// Reads a command line's duration in Go's syntax (`1m30s`, `500ms`); to be given as an option's `transform`.
///
/// - Throws: `ValidationError` with what is wrong and an example.
func durationArgument(_ text: String) throws -> Duration {
    do {
        return try GoDuration.parse(text)
    } catch {
        throw ValidationError("\(error.description); write it like 500ms, 30s or 1m30s")
    }
}

/// Reads a duration that must be longer than nothing.
///
/// - Throws: `ValidationError` with what is wrong and an example.
@Sendable func positiveDurationArgument(_ text: String) throws -> Duration {
    let duration = try durationArgument(text)
    guard duration > .zero else {
        throw ValidationError("\(text) is no time: write for example 1h, 90s or 1m30s")
    }
    return duration
}
