import FlaggerAPI
import Foundation

/// Copies of a target's tracked configuration files, one folder a version, so that primary keeps what it was
/// promoted with while the user edits the files.
struct ConfigurationSnapshot: Sendable {
    /// Where snapshots are kept.
    let folder: String

    static let largestFile = 16 << 20

    /// Reads the files and keeps a copy of this version of them.
    ///
    /// - Returns: a hash of their names and contents, and the folder of the copy; both nil when nothing is tracked.
    /// - Throws: `StandaloneError.configuration` naming the file that can't be read.
    func take(_ files: [String], in base: String) throws -> (hash: String, folder: String)? {
        guard !files.isEmpty else { return nil }
        var bytes: [UInt8] = []
        var contents: [(name: String, data: Data)] = []
        for file in files {
            let path = file.hasPrefix("/") ? file : base + "/" + file
            let data: Data
            do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
                throw StandaloneError.configuration(path: path, cause: "\(error.localizedDescription)")
            }
            guard data.count <= Self.largestFile else {
                throw StandaloneError.configuration(path: path, cause: "it is larger than 16 MiB")
            }
            contents.append((file, data))
            bytes += Array("\(file)\n\(data.count)\n".utf8) + Array(data)
        }
        let hash = StableHash.of(bytes: bytes)
        let copy = folder + "/" + hash
        if !FileManager.default.fileExists(atPath: copy) { try write(contents, to: copy) }
        return (hash, copy)
    }

    /// Writes beside and renames, so that a crash leaves no half copy.
    private func write(_ contents: [(name: String, data: Data)], to copy: String) throws {
        let draft = copy + ".\(UInt64.random(in: 0 ... .max))"
        do {
            for (name, data) in contents {
                let url = URL(
                    fileURLWithPath: draft + "/" + (name.hasPrefix("/") ? String(name.dropFirst()) : name))
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try data.write(to: url)
            }
            if !FileManager.default.fileExists(atPath: copy) {
                try FileManager.default.moveItem(atPath: draft, toPath: copy)
            }
        } catch {
            throw StandaloneError.configuration(path: copy, cause: "\(error.localizedDescription)")
        }
    }
}
