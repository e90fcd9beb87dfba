import SwiftProtobuf

/// Reads a `.proto` file into the descriptor that protoc would make of it, but for options and with type
/// names as written: `ProtoLinker` makes them full.
///
/// Knows proto3, and of proto2 all but groups and extensions.
struct ProtoParser {
    let file: String
    let tokens: [ProtoToken]
    var position = 0
    var depth = 0
    private(set) var descriptor = Google_Protobuf_FileDescriptorProto()

    private init(_ source: String, file: String) throws(GRPCError) {
        self.file = file
        tokens = try ProtoLexer.tokens(of: source, file: file)
        descriptor.name = file
    }

    /// - Throws: `GRPCError.syntax` with the line.
    static func parse(
        _ source: String, file: String
    ) throws(GRPCError) -> Google_Protobuf_FileDescriptorProto {
        var parser = try ProtoParser(source, file: file)
        while parser.peek.kind != .end { try parser.statement() }
        return parser.descriptor
    }

    private mutating func statement() throws(GRPCError) {
        let token = take()
        switch token.text {
        case ";": break
        case "syntax", "edition":
            try expect("=")
            let value = try takeText()
            guard token.text == "edition" || ["proto2", "proto3"].contains(value) else {
                throw failure("the syntax \"\(value)\" is unknown; it is \"proto2\" or \"proto3\"")
            }
            if value != "proto2" { descriptor.syntax = token.text == "edition" ? "editions" : value }
            try expect(";")
        case "package":
            descriptor.package = try takeWord("a package name")
            try expect(";")
        case "import":
            if ["public", "weak"].contains(peek.text) { _ = take() }
            descriptor.dependency.append(try takeText())
            try expect(";")
        case "option": try skipStatement()
        case "extend": throw failure("extensions are not supported; take them out, or use a protoset")
        case "message": descriptor.messageType.append(try message())
        case "enum": descriptor.enumType.append(try enumeration())
        case "service": descriptor.service.append(try service())
        default: throw unexpected(token, "message, enum, service, import, package or option")
        }
    }
}
