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
        var contents: [Content] = []
        for file in files {
            let path = file.hasPrefix("/") ? file : base + "/" + file
            let (data, information) = try Self.read(path)
            contents.append(Content(name: file, data: data, information: information))
            bytes += Array("\(file)\n\(data.count)\n".utf8) + Array(data)
        }
        let hash = StableHash.of(bytes: bytes)
        let copy = folder + "/" + hash
        if FileManager.default.fileExists(atPath: copy) {
            for content in contents { content.protect(copy + "/" + Self.place(of: content.name)) }
        } else {
            try write(contents, to: copy)
        }
        return (hash, copy)
    }

    /// Removes the copies that no revision runs with, and what a crash left half written.
    func prune(keeping hashes: Set<String>) {
        let copies = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for copy in copies where !hashes.contains(copy) {
            try? FileManager.default.removeItem(atPath: folder + "/" + copy)
        }
    }

    /// Looks before it reads: a pipe would block, and a device never end.
    private static func read(_ path: String) throws -> (Data, stat) {
        do {
            let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            let values = try FileManager.default.attributesOfItem(atPath: file.path)
            guard values[.type] as? FileAttributeType == .typeRegular else {
                throw StandaloneError.configuration(path: path, cause: "it is not a regular file")
            }
            guard let size = values[.size] as? Int, size <= largestFile else {
                throw StandaloneError.configuration(path: path, cause: "it is larger than 16 MiB")
            }
            var information = stat()
            guard stat(file.path, &information) == 0 else {
                throw StandaloneError.configuration(path: path, cause: String(cString: strerror(errno)))
            }
            return (try Data(contentsOf: file), information)
        } catch let error as StandaloneError {
            throw error
        } catch {
            throw StandaloneError.configuration(path: path, cause: error.localizedDescription)
        }
    }

    /// Where a file is in the copy: a name that leads out of the target's folder is told apart by its parts.
    private static func place(of name: String) -> String {
        name.split(separator: "/").map { $0 == ".." ? "up" : String($0) }.joined(separator: "/")
    }

    /// Writes beside and renames, so that a crash leaves no half copy.
    private func write(_ contents: [Content], to copy: String) throws {
        let draft = copy + ".\(UInt64.random(in: 0 ... .max))"
        do {
            for content in contents {
                let url = URL(fileURLWithPath: draft + "/" + Self.place(of: content.name))
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try content.write(to: url.path)
            }
            if !FileManager.default.fileExists(atPath: copy) {
                try FileManager.default.moveItem(atPath: draft, toPath: copy)
            }
        } catch {
            throw StandaloneError.configuration(path: copy, cause: "\(error.localizedDescription)")
        }
    }
}
