import Foundation
import Glibc
import Testing

/// A file system of a few MiB, to be filled up: a tmpfs in a mount namespace of its own, which only the programs
/// started in it see, and which is gone with the last of them.
final class SmallDisk {
    private let holder: Process
    private let folder: String

    /// The command words that start a program where the disk is mounted.
    var prefix: [String] {
        ["/usr/bin/nsenter"] + Self.userWords + ["-t", "\(holder.processIdentifier)", "-m", "--"]
    }

    /// Mounts a disk over a folder, for the programs started with `prefix`.
    ///
    /// Needs root, or a kernel that lets users make namespaces; a machine that has neither fails the test and says so.
    static func with<T>(mebibytes: Int, at folder: String, _ body: (SmallDisk) async throws -> T) async throws
        -> T
    {
        let disk = try SmallDisk(mebibytes: mebibytes, at: folder)
        defer { kill(disk.holder.processIdentifier, SIGKILL) }
        try await eventually(within: .seconds(30), "no tmpfs could be mounted: run this test as root") {
            try disk.isMounted()
        }
        return try await body(disk)
    }

    private init(mebibytes: Int, at folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        holder.arguments =
            Self.userWords.map { $0 == "-U" ? "-rU" : $0 }.filter { $0 != "--preserve-credentials" }
            + [
                "-m", "sh", "-c", #"mount -t tmpfs -o size="$1"m,mode=700 aviary "$2" && exec sleep 600"#,
                "sh",
            ]
            + ["\(mebibytes)", folder]
        // Whoever reads this program's output must not wait for the holder's end.
        holder.standardOutput = FileHandle.nullDevice
        holder.standardError = FileHandle.nullDevice
        try holder.run()
    }

    private static var userWords: [String] { geteuid() == 0 ? [] : ["-U", "--preserve-credentials"] }

    /// The folder as the programs on the disk see it, from outside.
    private var inside: String { "/proc/\(holder.processIdentifier)/root\(folder)" }

    private func isMounted() throws -> Bool {
        try #require(holder.isRunning, "no tmpfs could be mounted: run this test as root")
        let mounts = try ProcessScan.table("/proc/\(holder.processIdentifier)/mounts")
        return mounts.split(separator: "\n").contains { $0.hasPrefix("aviary \(folder) tmpfs") }
    }

    /// Takes all the space that is left.
    func fill() throws {
        let file = open("\(inside)/filler", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw POSIXFailure(call: "open filler", code: errno) }
        defer { close(file) }
        for size in [4096, 1] {
            while write(file, [UInt8](repeating: 0, count: size), size) > 0 {}
            guard errno == ENOSPC else { throw POSIXFailure(call: "write filler", code: errno) }
        }
    }

    /// Gives the space back.
    func free() throws { try FileManager.default.removeItem(atPath: "\(inside)/filler") }
}
