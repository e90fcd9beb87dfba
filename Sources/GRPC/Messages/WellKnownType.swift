import Foundation
import JSON
import SwiftProtobuf

/// Messages that are not an object in JSON.
enum WellKnownType {
    private static let types: [String: any Message.Type] = [
        "google.protobuf.Timestamp": Google_Protobuf_Timestamp.self,
        "google.protobuf.Duration": Google_Protobuf_Duration.self,
        "google.protobuf.FieldMask": Google_Protobuf_FieldMask.self,
        "google.protobuf.Struct": Google_Protobuf_Struct.self,
        "google.protobuf.Value": Google_Protobuf_Value.self,
        "google.protobuf.ListValue": Google_Protobuf_ListValue.self,
    ]

    /// Messages that hold one scalar, which stands for them in JSON.
    static let wrappers: Set<String> = Set(
        ["Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes"]
            .map { "google.protobuf.\($0)Value" })

    /// Whether null is a value of the field, and not its absence.
    static func acceptsNull(_ field: Google_Protobuf_FieldDescriptorProto) -> Bool {
        [".google.protobuf.Value", ".google.protobuf.NullValue"].contains(field.typeName)
    }

    /// The bytes of a message with a JSON form of its own; nil for any other message.
    ///
    /// - Throws: `GRPCError.data`.
    static func encode(_ value: JSONValue, as name: String, at path: String) throws(GRPCError) -> [UInt8]? {
        if name == "google.protobuf.Any" {
            throw .data(path: path, problem: "is a google.protobuf.Any, which is not supported")
        }
        guard let type = types[name] else { return nil }
        do {
            let json = try JSONEncoder().encode(value)
            var options = BinaryEncodingOptions()
            options.useDeterministicOrdering = true
            return try type.init(jsonUTF8Bytes: json).serializedBytes(options: options)
        } catch {
            throw .data(path: path, problem: "is \(value.kind), which is no \(name)\(example(name))")
        }
    }

    private static func example(_ name: String) -> String {
        switch name {
        case "google.protobuf.Timestamp": "; write it like \"2030-01-31T18:00:00Z\""
        case "google.protobuf.Duration": "; write it like \"1.5s\""
        case "google.protobuf.FieldMask": "; write it like \"name,address.street\""
        default: ""
        }
    }
}
