import SwiftProtobuf

extension ProtoParser {
    mutating func message() throws(GRPCError) -> Google_Protobuf_DescriptorProto {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 64 else { throw failure("messages are nested deeper than 64") }
        var message = Google_Protobuf_DescriptorProto()
        message.name = try takeWord("a message name")
        try expect("{")
        while !accept("}") {
            switch peek.text {
            case ";": _ = take()
            case "option", "reserved", "extensions": try skipStatement()
            case "message" where isDefinition:
                _ = take()
                message.nestedType.append(try self.message())
            case "enum" where isDefinition:
                _ = take()
                message.enumType.append(try enumeration())
            case "extend" where isDefinition:
                throw failure("extensions are not supported; take them out, or use a protoset")
            case "oneof" where isDefinition: try oneof(of: &message)
            case "map" where tokens[min(position + 1, tokens.count - 1)].text == "<": try map(of: &message)
            default: message.field.append(try field(of: &message))
            }
        }
        // protoc puts the oneofs it makes up for proto3's optional fields after the written ones.
        for index in message.field.indices where message.field[index].proto3Optional {
            message.field[index].oneofIndex = Int32(message.oneofDecl.count)
            message.oneofDecl.append(.with { $0.name = "_" + message.field[index].name })
        }
        return message
    }

    /// Whether a keyword starts a definition, and is not the name of a field's type.
    private var isDefinition: Bool {
        position + 2 < tokens.count && tokens[position + 1].kind == .word && tokens[position + 2].text == "{"
    }

    private mutating func oneof(of message: inout Google_Protobuf_DescriptorProto) throws(GRPCError) {
        _ = take()
        let name = try takeWord("a oneof name")
        message.oneofDecl.append(.with { $0.name = name })
        let index = Int32(message.oneofDecl.count - 1)
        try expect("{")
        while !accept("}") {
            if accept(";") { continue }
            if peek.text == "option" {
                try skipStatement()
                continue
            }
            var field = try plainField(label: .optional)
            field.oneofIndex = index
            message.field.append(field)
        }
    }

    private mutating func map(of message: inout Google_Protobuf_DescriptorProto) throws(GRPCError) {
        _ = take()
        try expect("<")
        let key = try takeWord("the type of a map's keys")
        guard let keyType = Self.scalars[key], ![.double, .float, .bytes].contains(keyType) else {
            throw failure("a map's keys cannot be \(key); take an integer, bool or string")
        }
        try expect(",")
        let value = try takeWord("the type of a map's values")
        try expect(">")
        var field = Google_Protobuf_FieldDescriptorProto()
        field.label = .repeated
        try finish(&field)
        let entry = field.name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        field.typeName = entry.joined() + "Entry"
        message.nestedType.append(
            .with {
                $0.name = field.typeName
                $0.options.mapEntry = true
                $0.field = [Self.entryField("key", 1, key), Self.entryField("value", 2, value)]
            })
        message.field.append(field)
    }

    private static func entryField(
        _ name: String, _ number: Int32, _ type: String
    ) -> Google_Protobuf_FieldDescriptorProto {
        .with {
            $0.name = name
            $0.jsonName = name
            $0.number = number
            $0.label = .optional
            if let scalar = scalars[type] { $0.type = scalar } else { $0.typeName = type }
        }
    }

    mutating func enumeration() throws(GRPCError) -> Google_Protobuf_EnumDescriptorProto {
        var type = Google_Protobuf_EnumDescriptorProto()
        type.name = try takeWord("an enum name")
        try expect("{")
        while !accept("}") {
            if accept(";") { continue }
            if ["option", "reserved"].contains(peek.text), tokens[position + 1].text != "=" {
                try skipStatement()
                continue
            }
            var value = Google_Protobuf_EnumValueDescriptorProto()
            value.name = try takeWord("a value's name")
            try expect("=")
            value.number = Int32(try number("a value's number", in: -0x8000_0000...0x7fff_ffff))
            if peek.text == "[" { _ = try options() }
            try expect(";")
            type.value.append(value)
        }
        return type
    }

    mutating func service() throws(GRPCError) -> Google_Protobuf_ServiceDescriptorProto {
        var service = Google_Protobuf_ServiceDescriptorProto()
        service.name = try takeWord("a service name")
        try expect("{")
        while !accept("}") {
            if accept(";") { continue }
            if peek.text == "option" {
                try skipStatement()
                continue
            }
            guard accept("rpc") else { throw unexpected(peek, "rpc, option or }") }
            service.method.append(try method())
        }
        return service
    }

    private mutating func method() throws(GRPCError) -> Google_Protobuf_MethodDescriptorProto {
        var method = Google_Protobuf_MethodDescriptorProto()
        method.name = try takeWord("a method name")
        let input = try messageInParentheses()
        guard accept("returns") else { throw unexpected(peek, "returns") }
        let output = try messageInParentheses()
        (method.inputType, method.outputType) = (input.type, output.type)
        if input.isStream { method.clientStreaming = true }
        if output.isStream { method.serverStreaming = true }
        if peek.text == "{" { try skipBlock() } else { try expect(";") }
        return method
    }

    private mutating func messageInParentheses() throws(GRPCError) -> (type: String, isStream: Bool) {
        try expect("(")
        var type = try takeWord("a message type")
        let isStream = type == "stream" && peek.kind == .word
        if isStream { type = try takeWord("a message type") }
        try expect(")")
        return (type, isStream)
    }
}
