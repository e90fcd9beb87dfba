import ArgumentParser
import FlaggerAPI

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
