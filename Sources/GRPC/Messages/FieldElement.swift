import Foundation
import JSON
import SwiftProtobuf

/// One value of a field, ready to be written.
enum FieldElement: Equatable {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes([UInt8])

    /// A signed integer as a varint; negative ones take ten bytes.
    static func signed(_ value: Int64) -> FieldElement { .varint(UInt64(bitPattern: value)) }

    /// Whether it is zero or empty.
    var isDefault: Bool {
        switch self {
        case .varint(let value): value == 0
        case .fixed32(let value): value == 0
        case .fixed64(let value): value == 0
        case .bytes(let value): value.isEmpty
        }
    }

    /// Whether several may share one key.
    var isPackable: Bool {
        if case .bytes = self { return false }
        return true
    }

    func write(to writer: inout ProtobufWriter, number: Int32, isTagged: Bool) {
        switch self {
        case .varint(let value):
            if isTagged { writer.tag(number, .varint) }
            writer.varint(value)
        case .fixed32(let value):
            if isTagged { writer.tag(number, .fixed32) }
            writer.fixed(value)
        case .fixed64(let value):
            if isTagged { writer.tag(number, .fixed64) }
            writer.fixed(value)
        case .bytes(let value): writer.field(number, value)
        }
    }
}

extension FieldElement {
    /// Reads a scalar.
    ///
    /// - Throws: `GRPCError.data`.
    init(
        _ value: JSONValue, as type: Google_Protobuf_FieldDescriptorProto.TypeEnum, at path: String
    ) throws(GRPCError) {
        switch type {
        case .int32: self = .signed(Int64(try Self.integer(value, Int32.self, at: path)))
        case .int64: self = .signed(try Self.integer(value, Int64.self, at: path))
        case .uint32: self = .varint(UInt64(try Self.integer(value, UInt32.self, at: path)))
        case .uint64: self = .varint(try Self.integer(value, UInt64.self, at: path))
        case .sint32:
            let number = Int64(try Self.integer(value, Int32.self, at: path))
            self = .varint(UInt64(UInt32(truncatingIfNeeded: number << 1 ^ number >> 31)))
        case .sint64:
            let number = try Self.integer(value, Int64.self, at: path)
            self = .varint(UInt64(bitPattern: number << 1 ^ number >> 63))
        case .fixed32: self = .fixed32(try Self.integer(value, UInt32.self, at: path))
        case .fixed64: self = .fixed64(try Self.integer(value, UInt64.self, at: path))
        case .sfixed32: self = .fixed32(UInt32(bitPattern: try Self.integer(value, Int32.self, at: path)))
        case .sfixed64: self = .fixed64(UInt64(bitPattern: try Self.integer(value, Int64.self, at: path)))
        case .double: self = .fixed64(try Self.double(value, at: path).bitPattern)
        case .float: self = .fixed32(try Self.float(value, at: path).bitPattern)
        case .bool:
            guard case .bool(let flag) = value else {
                throw .data(path: path, problem: "is \(value.kind) where true or false belongs")
            }
            self = .varint(flag ? 1 : 0)
        case .string:
            guard case .string(let text) = value else {
                throw .data(path: path, problem: "is \(value.kind) where a text in quotes belongs")
            }
            self = .bytes(Array(text.utf8))
        case .bytes: self = .bytes(try Self.base64(value, at: path))
        case .message, .enum, .group: throw .data(path: path, problem: "is no scalar")
        }
    }

    private static func integer<Number: FixedWidthInteger>(
        _ value: JSONValue, _: Number.Type, at path: String
    ) throws(GRPCError) -> Number {
        let number: Number? =
            switch value {
            case .integer(let number): Number(exactly: number)
            case .number(let number) where abs(number) <= 0x1p53: Number(exactly: number)
            case .number:
                // JSON numbers of this size have lost digits.
                throw .data(path: path, problem: "is too large for a JSON number; write it in quotes")
            case .string(let text):
                Number(text)
                    ?? (text.contains { ".eE".contains($0) } ? Double(text) : nil)
                    .flatMap { abs($0) <= 0x1p53 ? Number(exactly: $0) : nil }
            default: nil
            }
        guard let number else {
            throw .data(
                path: path,
                problem: "is \(value.kind) where an integer from \(Number.min) to \(Number.max) belongs")
        }
        return number
    }

    private static func double(_ value: JSONValue, at path: String) throws(GRPCError) -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        case .string("NaN"): return .nan
        case .string("Infinity"): return .infinity
        case .string("-Infinity"): return -.infinity
        case .string(let text):
            // Swift reads more than JSON has: hexadecimal, "inf", "nan".
            let isPlain = text.allSatisfy { "+-.eE0123456789".contains($0) }
            if isPlain, let number = Double(text), number.isFinite { return number }
        default: break
        }
        throw .data(
            path: path,
            problem: "is \(value.kind) where a number, \"NaN\", \"Infinity\" or \"-Infinity\" belongs")
    }

    private static func float(_ value: JSONValue, at path: String) throws(GRPCError) -> Float {
        let number = try double(value, at: path)
        let float = Float(number)
        guard float.isInfinite == number.isInfinite else {
            throw .data(path: path, problem: "is \(number), which is too large for a float")
        }
        return float
    }

    private static func base64(_ value: JSONValue, at path: String) throws(GRPCError) -> [UInt8] {
        guard case .string(let text) = value else {
            throw .data(path: path, problem: "is \(value.kind) where bytes as base64 belong")
        }
        var plain = text.replacing("-", with: "+").replacing("_", with: "/")
        while plain.hasSuffix("=") { plain.removeLast() }
        plain += String(repeating: "=", count: (4 - plain.count % 4) % 4)
        guard let data = Data(base64Encoded: plain) else {
            throw .data(path: path, problem: "is no base64")
        }
        return Array(data)
    }
}
