import Foundation
import Glibc

extension ConfigurationSnapshot {
    /// One file that is copied: whoever may not read it may not read the copy.
    struct Content {
        let name: String
        let data: Data
        let information: stat

        /// The owner of a copy may be another one than the file's, and has to read it.
        private var mode: mode_t { information.st_mode & 0o777 | 0o400 }

        /// Writes a copy, which at no time may be read by more than may read the file.
        func write(to path: String) throws {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try file.write(contentsOf: data)
            protect(path)
            try file.close()
        }

        /// Gives a copy the file's owner, as far as this process may, and permissions.
        func protect(_ path: String) {
            if chown(path, information.st_uid, information.st_gid) != 0 {
                chown(path, geteuid(), information.st_gid)
            }
            chmod(path, mode)
        }
    }
}
