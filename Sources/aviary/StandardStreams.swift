import ArgumentParser
import Foundation

/// Where the commands that answer and end say what they have found out.
///
/// What can't be written is an error: a script must not take half an answer for the whole.
enum StandardOutput {
    /// Writes a text and a line feed.
    ///
    /// - Throws: `DaemonClient.Failure` when it can't be written; an exit code when the reader has gone, which is
    ///   nothing to be told.
    static func print(_ text: String) throws { try write(text + "\n") }

    /// Writes a text as it is.
    ///
    /// - Throws: as ``print(_:)``.
    static func write(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 { try recover(from: errno) }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    /// Writes a value as JSON, in lines and sorted.
    ///
    /// - Throws: as ``print(_:)``.
    static func print(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    private static func recover(from code: Int32) throws {
        switch code {
        case EINTR: return
        case EAGAIN:
            var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
            poll(&ready, 1, 1000)
        // As a shell shows who was ended by the signal.
        case EPIPE: throw ExitCode(128 + SIGPIPE)
        default:
            throw DaemonClient.Failure(
                description: "the standard output can't be written: \(String(cString: strerror(code)))")
        }
    }
}

/// Where commands say what went wrong.
enum StandardError {
    /// Writes a text and a line feed; nothing when nobody can read it.
    static func print(_ text: String) { write(text + "\n") }

    /// Writes a text as it is; nothing when nobody can read it.
    static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
