import Foundation
package import SwiftProtobuf

/// Reads `.proto` files with what they import.
public struct ProtoFiles {
    private static let sizeLimit = 4 << 20
    private static let fileLimit = 1000

    private let folders: [String]
    private var parsed: [String: Google_Protobuf_FileDescriptorProto] = [:]
    private var order: [String] = []
    private var missing: [String] = []

    private init(folders: [String]) { self.folders = folders }

    /// Reads a file.
    ///
    /// - Parameter importPaths: folders to look for imports in, before the file's own and the current one.
    /// - Throws: `GRPCError` that names file and line. An import that isn't found matters only when a type
    ///   is missing: many are imported for their options alone.
    public static func schema(_ path: String, importPaths: [String] = []) throws(GRPCError) -> Schema {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var files = ProtoFiles(folders: importPaths + [folder, "."])
        guard let source = try read(path) else {
            // The file may as well be named relative to an import path.
            for folder in importPaths {
                if let source = try read(folder + "/" + path) { return try files.schema(source, path) }
            }
            throw .file(path, problem: "there is no such file; give the path of a .proto file")
        }
        return try files.schema(source, path)
    }

    /// Reads a text as if it were a file that imports only well-known types.
    package static func descriptors(
        of source: String, file: String
    ) throws(GRPCError) -> [Google_Protobuf_FileDescriptorProto] {
        var files = ProtoFiles(folders: [])
        return try files.link(source, file)
    }

    private mutating func schema(_ source: String, _ path: String) throws(GRPCError) -> Schema {
        Schema(try link(source, path))
    }

    private mutating func link(
        _ source: String, _ path: String
    ) throws(GRPCError) -> [Google_Protobuf_FileDescriptorProto] {
        try add(source, name: path)
        let all = order.compactMap { parsed[$0] }
        let linker = ProtoLinker(all, missing: missing)
        return try all.map { (file) throws(GRPCError) in try linker.link(file) }
    }

    private mutating func add(_ source: String, name: String) throws(GRPCError) {
        guard parsed.count < Self.fileLimit else {
            throw .file(name, problem: "more than \(Self.fileLimit) files are imported")
        }
        let file = try ProtoParser.parse(source, file: name)
        parsed[name] = file
        for dependency in file.dependency where parsed[dependency] == nil {
            if let source = try find(dependency) {
                try add(source, name: dependency)
            } else {
                missing.append(dependency)
            }
        }
        order.append(name)
    }

    private func find(_ name: String) throws(GRPCError) -> String? {
        for folder in folders {
            if let source = try Self.read(folder + "/" + name) { return source }
        }
        return WellKnownFiles.sources[name]
    }

    /// The text of a file; nil when there is none.
    private static func read(_ path: String) throws(GRPCError) -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let data: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try file.read(upToCount: sizeLimit + 1) ?? Data()
        } catch {
            throw .file(path, problem: "cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= sizeLimit else { throw .file(path, problem: "is larger than 4 MiB") }
        guard let text = String(data: data, encoding: .utf8) else {
            throw .file(path, problem: "is not UTF-8 text")
        }
        return text
    }
}
