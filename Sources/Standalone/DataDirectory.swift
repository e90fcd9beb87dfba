import FlaggerAPI
import Foundation
import Glibc

/// The folder that holds everything a daemon must find again.
struct DataDirectory: Sendable {
    let path: String
    private let lock: Int32

    /// Creates the folder when it is missing, and takes it for this process alone.
    ///
    /// - Throws: `StandaloneError.dataDirectory` when it can't be written or another daemon uses it.
    init(_ path: String) throws {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        for folder in ["", "/logs", "/configuration", "/bin"] { try Self.create(absolute + folder) }
        let descriptor = open(absolute + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StandaloneError.dataDirectory(path: absolute, cause: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StandaloneError.dataDirectory(path: absolute, cause: "another `aviary run` is using it")
        }
        self.path = absolute
        lock = descriptor
    }

    /// Creates a folder and those above it.
    private static func create(_ path: String) throws {
        var folder = ""
        for component in path.split(separator: "/") {
            folder += "/" + component
            guard mkdir(folder, 0o755) != 0, errno != EEXIST else { continue }
            throw StandaloneError.dataDirectory(
                path: path, cause: "\(folder): \(String(cString: strerror(errno)))")
        }
    }

    /// Tells this folder's processes from those of other daemons.
    var owner: String { StableHash.of(bytes: Array(path.utf8)) }

    /// Puts the built-in programs where tasks find them first.
    func linkPrograms(_ names: [String], to executable: String) throws {
        for name in names {
            let link = "\(path)/bin/\(name)"
            try? FileManager.default.removeItem(atPath: link)
            do {
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: executable)
            } catch {
                throw StandaloneError.dataDirectory(path: link, cause: error.localizedDescription)
            }
        }
    }
}
