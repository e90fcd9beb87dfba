import Timing

extension HookPayload {
    /// The longest command that Linux passes to a program as one argument.
    private static let longestCommand = 128 * 1024 - 1

    /// The command of a task.
    ///
    /// - Throws: ``LoadTesterError/taskRefused(reason:)`` when there is none.
    func command() throws -> String {
        guard let command = metadata["cmd"], !command.isEmpty else {
            throw LoadTesterError.taskRefused(reason: "cmd not found in metadata")
        }
        guard !command.utf8.contains(0) else {
            throw LoadTesterError.taskRefused(reason: "metadata.cmd holds a NUL character: remove it")
        }
        guard command.utf8.count <= Self.longestCommand else {
            throw LoadTesterError.taskRefused(
                reason: "metadata.cmd is longer than \(Self.longestCommand) bytes: put it into a script")
        }
        return command
    }

    /// A setting that a task type cannot do without.
    ///
    /// - Throws: ``LoadTesterError/taskRefused(reason:)`` when it is missing or empty.
    func required(_ field: String, by type: String) throws -> String {
        guard let value = metadata[field], !value.isEmpty else {
            throw LoadTesterError.taskRefused(
                reason: "`\(field)` is required with type \(type): add it to the metadata")
        }
        return value
    }

    /// A length of time, as a duration (`5s`) or in plain seconds (`5`), from a millisecond to a day.
    ///
    /// - Throws: ``LoadTesterError/taskRefused(reason:)`` for anything else.
    func duration(_ field: String, default standard: Duration) throws -> Duration {
        guard let text = metadata[field], !text.isEmpty else { return standard }
        let written = (try? GoDuration.parse(text)) ?? Int32(text).map { .seconds(Int64($0)) }
        guard let written, (.milliseconds(1) ... .seconds(86_400)).contains(written) else {
            throw LoadTesterError.taskRefused(
                reason:
                    "metadata.\(field) \"\(text.prefix(64))\" is not a length of time: write 5s or 5, at most 24h"
            )
        }
        return written
    }

    /// Whether a switch is set, in any of the spellings that Go knows for true.
    func isSet(_ field: String) -> Bool {
        ["1", "t", "T", "true", "TRUE", "True"].contains(metadata[field] ?? "")
    }
}
