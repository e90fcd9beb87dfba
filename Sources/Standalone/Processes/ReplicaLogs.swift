import Foundation
import Glibc

/// The output files of one side's replicas, each written by the process itself, bounded in size and number.
struct ReplicaLogs: Sendable {
    let directory: URL
    /// `namespace.name-side`; a file is `PREFIX-ID.log`, what was cut off last is `PREFIX-ID.log.1`.
    let prefix: String
    /// Bytes a file may reach; checked about once a second.
    let limit: Int
    /// How many files of ended replicas stay.
    let kept: Int

    func path(_ id: String) -> String { directory.appendingPathComponent("\(prefix)-\(id).log").path }

    /// Opens the file for a new replica's output; the caller closes it.
    func open(_ id: String) throws -> Int32 {
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = path(id)
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw StandaloneError.openLog(path: path, code: errno) }
        return file
    }

    /// The last line that is not blank, at most 200 characters of it.
    func lastLine(_ id: String) -> String? {
        let text = String(decoding: tail(path(id), bytes: 4_096), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        return line.map { String($0.prefix(200)) }
    }

    /// Cuts files that grew beyond the limit. Their writers append, so they go on at the new start; the
    /// last quarter of the limit is kept beside. Lines written between copy and cut are lost.
    func bound() {
        for id in ids() {
            let path = path(id)
            var information = stat()
            guard stat(path, &information) == 0, information.st_size > limit else { continue }
            try? tail(path, bytes: limit / 4).write(to: URL(fileURLWithPath: path + ".1"))
            truncate(path, 0)
        }
    }

    /// Removes files of ended replicas but for the newest few.
    func prune(live: Set<String>) {
        let ended = ids().filter { !live.contains($0) }
            .map { (id: $0, written: modification(path($0))) }
            .sorted { $0.written > $1.written }
        for log in ended.dropFirst(kept) {
            unlink(path(log.id))
            unlink(path(log.id) + ".1")
        }
    }

    private func ids() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix(prefix + "-"), name.hasSuffix(".log") else { return nil }
            let id = name.dropFirst(prefix.count + 1).dropLast(4)
            // Another target's name may begin with this one's; ids have no dash.
            return id.contains("-") ? nil : String(id)
        }
    }

    private func modification(_ path: String) -> Double {
        var information = stat()
        guard stat(path, &information) == 0 else { return 0 }
        return Double(information.st_mtim.tv_sec) + Double(information.st_mtim.tv_nsec) / 1e9
    }

    private func tail(_ path: String, bytes: Int) -> Data {
        guard let file = FileHandle(forReadingAtPath: path) else { return Data() }
        defer { try? file.close() }
        let end = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: end - min(end, UInt64(bytes)))
        return (try? file.read(upToCount: bytes)) ?? Data()
    }
}
