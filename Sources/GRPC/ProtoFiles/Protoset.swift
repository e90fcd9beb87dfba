import Foundation
import SwiftProtobuf

/// Compiled descriptions, as `protoc --descriptor_set_out` writes and reflection sends them.
public enum Protoset {
    /// Reads a file of them.
    ///
    /// - Throws: `GRPCError.file`.
    public static func schema(_ path: String) throws(GRPCError) -> Schema {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .file(path, problem: "cannot be read: \(error.localizedDescription)")
        }
        guard let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: data) else {
            throw .file(
                path, problem: "is no protoset; make one with protoc --include_imports --descriptor_set_out")
        }
        return Schema(set.file)
    }

    /// Makes a schema of files that came one by one.
    ///
    /// - Throws: `GRPCError.schema`.
    public static func schema(ofFiles files: [[UInt8]]) throws(GRPCError) -> Schema {
        Schema(try files.map { (bytes) throws(GRPCError) in try descriptor(bytes) })
    }

    /// The name of a compiled file, and the names of those it imports.
    ///
    /// - Throws: `GRPCError.schema`.
    public static func imports(of file: [UInt8]) throws(GRPCError) -> (name: String, imports: [String]) {
        let descriptor = try descriptor(file)
        return (descriptor.name, descriptor.dependency)
    }

    private static func descriptor(
        _ bytes: [UInt8]
    ) throws(GRPCError) -> Google_Protobuf_FileDescriptorProto {
        guard let file = try? Google_Protobuf_FileDescriptorProto(serializedBytes: bytes) else {
            throw .schema("the server's description of a file cannot be read")
        }
        return file
    }
}
