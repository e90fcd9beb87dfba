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
        do {
            for folder in ["", "/logs", "/configuration", "/bin"] {
                try FileManager.default.createDirectory(
                    atPath: absolute + folder, withIntermediateDirectories: true)
            }
        } catch {
            throw StandaloneError.dataDirectory(path: absolute, cause: error.localizedDescription)
        }
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
