import Foundation
public import JSON
import SwiftProtobuf

/// Writes JSON as protobuf messages, by proto3's JSON mapping.
public struct MessageEncoder: Sendable {
    private static let depthLimit = 100

    private let schema: Schema

    /// Writes messages of a schema.
    public init(schema: Schema) { self.schema = schema }

    /// The bytes of a message; a field that JSON doesn't name, or names null, is left out.
    ///
    /// - Throws: `GRPCError.data` with the path in the JSON, `GRPCError.schema` for an unknown message.
    public func encode(_ value: JSONValue, as message: String) throws(GRPCError) -> [UInt8] {
        try encode(value, as: message, at: "", depth: 0)
    }

    private func encode(
        _ value: JSONValue, as name: String, at path: String, depth: Int
    ) throws(GRPCError) -> [UInt8] {
        guard depth < Self.depthLimit else {
            throw .data(path: path, problem: "is nested deeper than \(Self.depthLimit) messages")
        }
        if let known = try WellKnownType.encode(value, as: name, at: path) { return known }
        guard let type = schema.messages[name] else {
            throw .schema("the description has no message \(name); give the file that has it")
        }
        let isWrapper = WellKnownType.wrappers.contains(name)
        guard case .object(let members) = isWrapper ? .object(["value": value]) : value else {
            throw .data(path: path, problem: "is \(value.kind) where the message \(name) needs an object")
        }
        let chosen = try fields(of: type, members, at: path)
        var writer = ProtobufWriter()
        for field in type.descriptor.field.sorted(by: { $0.number < $1.number }) {
            guard let (key, value) = chosen[field.number] else {
                guard field.label != .required else {
                    throw .data(path: path, problem: "lacks \(field.name), which \(name) requires")
                }
                continue
            }
            let place = isWrapper ? path : path.isEmpty ? key : "\(path).\(key)"
            try write(value, of: field, in: type, to: &writer, at: place, depth: depth)
        }
        return writer.bytes
    }

    /// The value of each field that is set, by number, with the key it was given by.
    private func fields(
        of type: Schema.MessageType, _ members: [String: JSONValue], at path: String
    ) throws(GRPCError) -> [Int32: (key: String, value: JSONValue)] {
        var chosen: [Int32: (key: String, value: JSONValue)] = [:]
        var oneofs: [Int32: String] = [:]
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            let place = path.isEmpty ? key : "\(path).\(key)"
            let field = type.descriptor.field.first { $0.jsonName == key || $0.name == key }
            guard let field else {
                let names = type.descriptor.field.map(\.jsonName)
                let list = names.isEmpty ? "no fields" : names.joined(separator: ", ")
                throw .data(path: place, problem: "is no field of \(type.name); it has \(list)")
            }
            if value == .null, !WellKnownType.acceptsNull(field) { continue }
            if let other = chosen.updateValue((key, value), forKey: field.number) {
                throw .data(path: place, problem: "is given twice, also as \(other.key)")
            }
            if field.hasOneofIndex, let other = oneofs.updateValue(key, forKey: field.oneofIndex) {
                throw .data(path: place, problem: "and \(other) exclude each other; give one of them")
            }
        }
        return chosen
    }

    private func write(
        _ value: JSONValue, of field: Google_Protobuf_FieldDescriptorProto, in type: Schema.MessageType,
        to writer: inout ProtobufWriter, at path: String, depth: Int
    ) throws(GRPCError) {
        guard field.label == .repeated else {
            let element = try element(value, of: field, at: path, depth: depth)
            let isImplicit = type.hasImplicitPresence && !field.hasOneofIndex && field.type != .message
            if isImplicit, element.isDefault { return }
            return element.write(to: &writer, number: field.number, isTagged: true)
        }
        if let entry = mapEntry(field) {
            return try writeMap(value, field, entry, to: &writer, at: path, depth: depth)
        }
        guard case .array(let values) = value else {
            throw .data(path: path, problem: "is \(value.kind) where a list belongs")
        }
        var elements: [FieldElement] = []
        for (index, value) in values.enumerated() {
            elements.append(try element(value, of: field, at: "\(path)[\(index)]", depth: depth))
        }
        guard field.options.packed, let first = elements.first, first.isPackable else {
            for element in elements { element.write(to: &writer, number: field.number, isTagged: true) }
            return
        }
        var packed = ProtobufWriter()
        for element in elements { element.write(to: &packed, number: field.number, isTagged: false) }
        writer.field(field.number, packed.bytes)
    }

    private func mapEntry(_ field: Google_Protobuf_FieldDescriptorProto) -> Schema.MessageType? {
        guard field.type == .message, let type = schema.messages[fullName(field)],
            type.descriptor.options.mapEntry
        else { return nil }
        return type
    }

    private func writeMap(
        _ value: JSONValue, _ field: Google_Protobuf_FieldDescriptorProto, _ entry: Schema.MessageType,
        to writer: inout ProtobufWriter, at path: String, depth: Int
    ) throws(GRPCError) {
        guard case .object(let members) = value else {
            throw .data(path: path, problem: "is \(value.kind) where an object belongs")
        }
        guard let keyField = entry.descriptor.field.first(where: { $0.number == 1 }),
            let valueField = entry.descriptor.field.first(where: { $0.number == 2 })
        else { throw .schema("the description of the map \(entry.name) is incomplete") }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) {
            let place = "\(path)[\"\(key)\"]"
            let text: JSONValue =
                keyField.type == .bool && ["true", "false"].contains(key)
                ? .bool(key == "true") : .string(key)
            var pair = ProtobufWriter()
            try element(text, of: keyField, at: place, depth: depth)
                .write(to: &pair, number: 1, isTagged: true)
            try element(member, of: valueField, at: place, depth: depth)
                .write(to: &pair, number: 2, isTagged: true)
            writer.field(field.number, pair.bytes)
        }
    }

    private func element(
        _ value: JSONValue, of field: Google_Protobuf_FieldDescriptorProto, at path: String, depth: Int
    ) throws(GRPCError) -> FieldElement {
        switch field.type {
        case .message:
            return .bytes(try encode(value, as: fullName(field), at: path, depth: depth + 1))
        case .enum: return try enumValue(value, of: fullName(field), at: path)
        case .group: throw .data(path: path, problem: "is a group, which is not supported")
        default: return try FieldElement(value, as: field.type, at: path)
        }
    }

    private func enumValue(
        _ value: JSONValue, of name: String, at path: String
    ) throws(GRPCError) -> FieldElement {
        guard let type = schema.enums[name] else {
            if name == "google.protobuf.NullValue" { return .varint(0) }
            throw .schema("the description has no enum \(name); give the file that has it")
        }
        if value == .null, name == "google.protobuf.NullValue" { return .varint(0) }
        if case .string(let text) = value {
            if let found = type.value.first(where: { $0.name == text }) {
                return .signed(Int64(found.number))
            }
            if Int32(text) == nil {
                let names = type.value.map(\.name).joined(separator: ", ")
                throw .data(path: path, problem: "is \"\(text)\"; the enum \(name) has \(names)")
            }
        }
        return try FieldElement(value, as: .int32, at: path)
    }

    private func fullName(_ field: Google_Protobuf_FieldDescriptorProto) -> String {
        String(field.typeName.drop { $0 == "." })
    }
}

extension JSONValue {
    /// What it is, in words for a message.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "the text \"\(value.prefix(60))\""
        case .array: "a list"
        case .object: "an object"
        }
    }
}
