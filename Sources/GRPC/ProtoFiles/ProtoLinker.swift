import SwiftProtobuf

/// Makes the type names of parsed files full, and says which are messages and which enums.
struct ProtoLinker {
    private var kinds: [String: Google_Protobuf_FieldDescriptorProto.TypeEnum] = [:]
    /// Imports that were not found: one of them may have had a type that is missing.
    private let missing: [String]

    init(_ files: [Google_Protobuf_FileDescriptorProto], missing: [String]) {
        self.missing = missing
        for file in files {
            let scope = file.package.isEmpty ? "" : file.package + "."
            for type in file.enumType { kinds[scope + type.name] = .enum }
            for message in file.messageType { register(message, in: scope) }
        }
    }

    private mutating func register(_ message: Google_Protobuf_DescriptorProto, in scope: String) {
        let name = scope + message.name
        kinds[name] = .message
        for type in message.enumType { kinds["\(name).\(type.name)"] = .enum }
        for nested in message.nestedType { register(nested, in: name + ".") }
    }

    /// - Throws: `GRPCError.file` that names the type that is not there.
    func link(
        _ file: Google_Protobuf_FileDescriptorProto
    ) throws(GRPCError) -> Google_Protobuf_FileDescriptorProto {
        var file = file
        for index in file.messageType.indices { try link(&file.messageType[index], file, in: file.package) }
        for index in file.service.indices {
            for method in file.service[index].method.indices {
                let written = file.service[index].method[method]
                file.service[index].method[method].inputType =
                    "." + (try find(written.inputType, from: file.package, file: file.name))
                file.service[index].method[method].outputType =
                    "." + (try find(written.outputType, from: file.package, file: file.name))
            }
        }
        return file
    }

    private func link(
        _ message: inout Google_Protobuf_DescriptorProto, _ file: Google_Protobuf_FileDescriptorProto,
        in scope: String
    ) throws(GRPCError) {
        let name = scope.isEmpty ? message.name : "\(scope).\(message.name)"
        for index in message.field.indices where message.field[index].hasTypeName {
            let full = try find(message.field[index].typeName, from: name, file: file.name)
            message.field[index].typeName = "." + full
            message.field[index].type = kinds[full] ?? .message
        }
        for index in message.nestedType.indices { try link(&message.nestedType[index], file, in: name) }
    }

    /// Looks in the innermost scope first, as C++ does.
    private func find(_ name: String, from scope: String, file: String) throws(GRPCError) -> String {
        if name.hasPrefix(".") {
            let full = String(name.dropFirst())
            if kinds[full] != nil { return full }
        } else {
            var scope = scope.split(separator: ".")
            while true {
                let full = (scope.map(String.init) + [name]).joined(separator: ".")
                if kinds[full] != nil { return full }
                guard scope.popLast() != nil else { break }
            }
        }
        let hint =
            missing.isEmpty
            ? "import the file that has it"
            : "these imports were not found: \(missing.joined(separator: ", ")); give their folder by --import-paths"
        throw .file(file, problem: "the type \(name) is unknown; \(hint)")
    }
}
