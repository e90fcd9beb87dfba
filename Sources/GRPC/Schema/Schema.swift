package import SwiftProtobuf

/// The messages, enums and services that a set of files describes, by their full names.
public struct Schema: Sendable {
    /// A message and what its file says of all its fields.
    package struct MessageType: Sendable {
        package let name: String
        package let descriptor: Google_Protobuf_DescriptorProto
        /// Whether an unset scalar and one that is zero are the same (proto3).
        package let hasImplicitPresence: Bool
    }

    package private(set) var messages: [String: MessageType] = [:]
    package private(set) var enums: [String: Google_Protobuf_EnumDescriptorProto] = [:]
    private var services: [String: Google_Protobuf_ServiceDescriptorProto] = [:]

    /// Makes a schema of files whose type names are full, as protoc and reflection give them.
    package init(_ files: [Google_Protobuf_FileDescriptorProto]) {
        for file in files {
            let isProto3 = file.syntax == "proto3"
            let isPacked = isProto3 || file.syntax == "editions"
            let scope = file.package.isEmpty ? "" : file.package + "."
            for message in file.messageType { add(message, in: scope, isProto3, isPacked: isPacked) }
            for type in file.enumType { enums[scope + type.name] = type }
            for service in file.service { services[scope + service.name] = service }
        }
    }

    private mutating func add(
        _ message: Google_Protobuf_DescriptorProto, in scope: String, _ isProto3: Bool, isPacked: Bool
    ) {
        let name = scope + message.name
        var settled = message
        // Descriptions of some servers leave out the names that follow from others.
        for index in settled.field.indices where !settled.field[index].hasJsonName {
            settled.field[index].jsonName = ProtoParser.jsonName(of: settled.field[index].name)
        }
        for index in settled.field.indices where !settled.field[index].options.hasPacked {
            let features = settled.field[index].options.features
            settled.field[index].options.packed =
                features.hasRepeatedFieldEncoding ? features.repeatedFieldEncoding == .packed : isPacked
        }
        messages[name] = MessageType(name: name, descriptor: settled, hasImplicitPresence: isProto3)
        for type in message.enumType { enums["\(name).\(type.name)"] = type }
        for nested in message.nestedType { add(nested, in: name + ".", isProto3, isPacked: isPacked) }
    }

    /// The services' full names, in order.
    public var serviceNames: [String] { services.keys.sorted() }

    /// The methods of a service, in the order of its file; empty if there is no such service.
    public func methods(of service: String) -> [RemoteMethod] {
        (services[service]?.method ?? []).map { RemoteMethod(service: service, descriptor: $0) }
    }

    /// Finds a method.
    ///
    /// - Throws: `GRPCError.method` that lists what there is.
    public func method(_ name: MethodName) throws(GRPCError) -> RemoteMethod {
        let methods = methods(of: name.service)
        if let method = methods.first(where: { $0.name == name }) { return method }
        if services[name.service] != nil {
            let list = methods.map(\.name.method).joined(separator: ", ")
            throw .method("service \(name.service) has no method \(name.method); it has \(list)")
        }
        let list = serviceNames.isEmpty ? "no service" : serviceNames.joined(separator: ", ")
        throw .method("there is no service \(name.service); there is \(list)")
    }
}
