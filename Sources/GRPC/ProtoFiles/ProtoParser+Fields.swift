import SwiftProtobuf

extension ProtoParser {
    static let scalars: [String: Google_Protobuf_FieldDescriptorProto.TypeEnum] = [
        "double": .double, "float": .float, "int32": .int32, "int64": .int64, "uint32": .uint32,
        "uint64": .uint64, "sint32": .sint32, "sint64": .sint64, "fixed32": .fixed32, "fixed64": .fixed64,
        "sfixed32": .sfixed32, "sfixed64": .sfixed64, "bool": .bool, "string": .string, "bytes": .bytes,
    ]

    mutating func field(
        of message: inout Google_Protobuf_DescriptorProto
    ) throws(GRPCError) -> Google_Protobuf_FieldDescriptorProto {
        let isLabel = tokens[min(position + 2, tokens.count - 1)].kind == .word
        switch peek.text {
        case "repeated" where isLabel:
            _ = take()
            return try plainField(label: .repeated)
        case "required" where isLabel:
            _ = take()
            return try plainField(label: .required)
        case "optional" where isLabel:
            _ = take()
            var field = try plainField(label: .optional)
            if descriptor.syntax == "proto3" { field.proto3Optional = true }
            return field
        default: return try plainField(label: .optional)
        }
    }

    mutating func plainField(
        label: Google_Protobuf_FieldDescriptorProto.Label
    ) throws(GRPCError) -> Google_Protobuf_FieldDescriptorProto {
        var field = Google_Protobuf_FieldDescriptorProto()
        field.label = label
        let type = try takeWord("the type of a field, or }")
        guard type != "group" else { throw failure("groups are not supported; write a message instead") }
        if let scalar = Self.scalars[type] { field.type = scalar } else { field.typeName = type }
        try finish(&field)
        return field
    }

    /// Reads name, number and options.
    mutating func finish(_ field: inout Google_Protobuf_FieldDescriptorProto) throws(GRPCError) {
        field.name = try takeWord("a field name")
        try expect("=")
        field.number = Int32(try number("a field number", in: 1...536_870_911))
        field.jsonName = Self.jsonName(of: field.name)
        let options = peek.text == "[" ? try options() : [:]
        if let name = options["json_name"] { field.jsonName = name }
        if let packed = options["packed"] { field.options.packed = packed == "true" }
        try expect(";")
    }

    static func jsonName(of name: String) -> String {
        var result = ""
        var isUpper = false
        for character in name {
            if character == "_" {
                isUpper = true
            } else {
                result += isUpper ? character.uppercased() : String(character)
                isUpper = false
            }
        }
        return result
    }

    /// The options in brackets that have a plain name and a plain value.
    mutating func options() throws(GRPCError) -> [String: String] {
        try expect("[")
        var options: [String: String] = [:]
        var words: [String] = []
        var depth = 0
        while true {
            let token = take()
            switch token.text {
            case _ where token.kind == .end: throw unexpected(token, "]")
            case _ where token.kind == .text: break
            case "{", "[", "(": depth += 1
            case "]" where depth == 0:
                if words.count == 3 { options[words[0]] = words[2] }
                return options
            case "}", "]", ")": depth -= 1
            case "," where depth == 0:
                if words.count == 3 { options[words[0]] = words[2] }
                words = []
                continue
            default: break
            }
            words.append(token.text)
        }
    }
}
