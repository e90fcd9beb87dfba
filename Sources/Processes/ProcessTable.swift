public import Glibc

/// The machine's processes, read from /proc.
public enum ProcessTable {
    /// One process.
    public struct Entry: Equatable, Sendable {
        /// Its id.
        public var pid: pid_t
        /// Whether it has ended and is not reaped yet.
        public var isZombie: Bool
        /// The process that started it, or the one that has taken it in since.
        public var parent: pid_t
        /// Its process group.
        public var group: pid_t
        /// Its session.
        public var session: pid_t
        /// Clock ticks since boot.
        public var startTime: UInt64
    }

    /// Identifies this boot, so that start times of an earlier one are not mistaken for those of this.
    public static let bootID = String(
        decoding: contents(of: "/proc/sys/kernel/random/boot_id") ?? [], as: UTF8.self
    ).filter { !$0.isWhitespace }

    /// A process, or nil when there is none of that id.
    public static func entry(_ pid: pid_t) -> Entry? {
        guard let bytes = contents(of: "/proc/\(pid)/stat") else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        // The program's name, in parentheses, may itself hold spaces and parentheses.
        guard let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let parent = pid_t(fields[1]), let group = pid_t(fields[2]),
            let session = pid_t(fields[3]),
            let start = UInt64(fields[19])
        else { return nil }
        return Entry(
            pid: pid, isZombie: fields[0] == "Z" || fields[0] == "X", parent: parent, group: group,
            session: session, startTime: start)
    }

    /// Every process that is no zombie.
    public static func living() -> [Entry] {
        pids().compactMap(entry).filter { !$0.isZombie }
    }

    /// The value of an environment variable that the process was started with; `nil` when it has none,
    /// and for processes of other users.
    public static func environmentValue(_ name: String, of pid: pid_t) -> String? {
        guard let bytes = contents(of: "/proc/\(pid)/environ") else { return nil }
        let prefix = Array("\(name)=".utf8)
        return bytes.split(separator: 0).first { $0.starts(with: prefix) }
            .map { String(decoding: $0.dropFirst(prefix.count), as: UTF8.self) }
    }

    /// The id that was given out last, to a process or a thread; `nil` where the system does not tell.
    public static func newestID() -> pid_t? {
        let fields = contents(of: "/proc/loadavg")?.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A })
        guard let fields, fields.count == 5 else { return nil }
        return pid_t(String(decoding: fields[4], as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
    }

    /// The ids of all processes.
    public static func pids() -> [pid_t] {
        guard let directory = opendir("/proc"), let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)
        else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            // Read in place: an entry is as long as its name, and a copy of the 256 bytes that the type declares may
            // reach beyond the memory that the last one is in.
            let name = UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self)
            if let pid = pid_t(String(cString: name)) { found.append(pid) }
        }
        return found
    }

    /// The whole file, at most 4 MiB of it; files of /proc do not tell their size.
    private static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while result.count < 4 << 20 {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            result += chunk[..<count]
        }
        return result
    }
}
