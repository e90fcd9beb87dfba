import Glibc

/// Reads small regular files, and nothing else: no pipe, device or directory can hold the reader up.
enum BoundedFile {
    enum Failure: Error, CustomStringConvertible {
        case cannotOpen(code: Int32)
        case notRegular
        case tooLarge(limit: Int)
        case cannotRead(code: Int32)
        case outside(of: String)

        var description: String {
            switch self {
            case .cannotOpen(let code), .cannotRead(let code): String(cString: strerror(code))
            case .notRegular: "it is not a regular file"
            case .tooLarge(let limit): "it is larger than \(limit) bytes"
            case .outside(let directory): "it is not below \(directory)"
            }
        }
    }

    /// The whole content of a regular file of at most `limit` bytes.
    ///
    /// - Parameter directory: when given, the file that was opened must lie below it, links followed.
    static func read(_ path: String, limit: Int, below directory: String? = nil) throws(Failure) -> [UInt8] {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw .cannotOpen(code: errno) }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { throw .cannotOpen(code: errno) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        if let directory {
            // Asked of what is open, so that no link can be exchanged between the question and the reading.
            guard let root = realPath(directory), let opened = realPath("/proc/self/fd/\(file)"),
                opened.hasPrefix(root == "/" ? root : root + "/")
            else { throw .outside(of: directory) }
        }
        return try contents(of: file, limit: limit)
    }

    private static func contents(of file: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .cannotRead(code: errno) }
            if count == 0 { return content }
            content += chunk[..<count]
            guard content.count <= limit else { throw .tooLarge(limit: limit) }
        }
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
