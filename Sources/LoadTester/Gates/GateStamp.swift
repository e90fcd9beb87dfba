import Foundation
import Glibc
import Synchronization

/// Tells whether the gates' database may have changed, in a few nanoseconds and without asking SQLite.
///
/// In WAL mode every commit, of whichever process, changes the header of the WAL index, which lies in the shared file
/// `DATABASE-shm` ("WAL-index format" in SQLite's documentation). A commit has changed it before it returns.
/// A database in memory is changed by its own store alone, which counts.
///
/// Unchecked, since the mapped header is only read, and what is torn while it is read only differs.
final class GateStamp: @unchecked Sendable {
    /// The first of the two copies of the header: 48 bytes.
    struct Value: Equatable, Sendable {
        fileprivate var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

        static func == (left: Value, right: Value) -> Bool {
            left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2
                && left.words.3 == right.words.3 && left.words.4 == right.words.4
                && left.words.5 == right.words.5
        }
    }

    private static let headerBytes = 48
    private let header: UnsafeRawPointer?
    private let changes = Atomic<UInt64>(0)

    /// A stamp for a database in memory; whoever changes it calls ``changed()``.
    init() { header = nil }

    /// Looks at the WAL index of an open database; nil when there is none.
    init?(databasePath path: String) {
        let file = open(path + "-shm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        // Stays open until the process ends: to close it would drop the locks that SQLite holds on the same file.
        var info = stat()
        guard fstat(file, &info) == 0, info.st_size >= Self.headerBytes,
            let mapped = mmap(nil, Self.headerBytes, PROT_READ, MAP_SHARED, file, 0), mapped != MAP_FAILED
        else { return nil }
        header = UnsafeRawPointer(mapped)
    }

    /// Something may have changed since an earlier value when this one differs from it.
    var value: Value {
        guard let header else {
            return Value(words: (changes.load(ordering: .acquiring), 0, 0, 0, 0, 0))
        }
        return header.load(as: Value.self)
    }

    /// Notes a change of a database in memory.
    func changed() { changes.add(1, ordering: .acquiringAndReleasing) }
}
