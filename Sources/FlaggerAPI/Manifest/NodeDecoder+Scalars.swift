import JSON
import Timing

extension NodeDecoder {
    /// The value of a type that this decoder reads by itself; nil when the type reads itself.
    func knownValue(_ type: any Decodable.Type) throws -> Any? {
        switch type {
        case is String.Type: try string()
        case is Bool.Type: try bool()
        case let integers as any FixedWidthInteger.Type: try integer(integers)
        case is Double.Type: try number()
        case is Float.Type: Float(try number())
        case is JSONValue.Type: JSONValue(node)
        case is [String: String].Type: try texts()
        case is GoDuration.Type: try checkDurationType()
        default: try (type as? any NodeList.Type)?.decode(from: self)
        }
    }

    private func string() throws -> String {
        guard case .scalar(let scalar) = node.content else { throw mismatch("a text", fix: "write a text") }
        if scalar.value != .string { throw mismatch("a text", fix: "quote it: \"\(scalar.text)\"") }
        return scalar.text
    }

    private func bool() throws -> Bool {
        if case .scalar(let scalar) = node.content {
            if case .bool(let value) = scalar.value { return value }
            if ["true", "false"].contains(scalar.text) {
                throw mismatch("true or false", fix: "remove the quotes: \(scalar.text)")
            }
        }
        throw mismatch("true or false", fix: "write true or false")
    }

    private func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        if case .scalar(let scalar) = node.content {
            if case .integer(let value) = scalar.value, let exact = Value(exactly: value) { return exact }
            if scalar.value == .string, case .integer = PlainScalar.value(of: scalar.text) {
                throw mismatch("a whole number", fix: "remove the quotes: \(scalar.text)")
            }
        }
        throw mismatch("a whole number", fix: "write a whole number")
    }

    private func number() throws -> Double {
        if case .scalar(let scalar) = node.content {
            switch scalar.value {
            case .integer(let value): return Double(value)
            case .number(let value) where value.isFinite: return value
            case .string where Double(scalar.text) != nil:
                throw mismatch("a number", fix: "remove the quotes: \(scalar.text)")
            default: break
            }
        }
        throw mismatch("a number", fix: "write a number, such as 99 or 0.5")
    }

    /// Reads texts by key; a number or boolean is reported and taken as it is written.
    private func texts() throws -> [String: String] {
        guard let members = node.members else {
            throw mismatch("an object of texts", fix: "write `key: \"text\"` below it")
        }
        var texts: [String: String] = [:]
        for member in members {
            if case .scalar(let scalar) = member.value.content {
                texts[member.key] = member.value.text ?? ""
                if scalar.value == .string { continue }
            }
            let text = member.value.isNull ? "" : member.value.text
            findings.report(
                at: path[member.key], rule: "not-a-text",
                "expected a text, found \(member.value.described)",
                fix: text.map { "quote it: \"\($0)\"" }
                    ?? "write it as one text, in quotes or as a block (`|`)")
        }
        return texts
    }

    private func checkDurationType() throws -> Any? {
        guard case .scalar(let scalar) = node.content, scalar.value != .string else { return nil }
        if case .integer(let value) = scalar.value, value != 0 {
            throw mismatch("a duration", fix: "add a unit: \(value)s")
        }
        throw mismatch("a duration", fix: "write a number with a unit in quotes, such as \"30s\"")
    }
}

/// A list whose elements are decoded one by one, so that a bad one hides no other.
protocol NodeList {
    static func decode(from decoder: NodeDecoder) throws -> Any
}

extension Array: NodeList where Element: Decodable {
    static func decode(from decoder: NodeDecoder) throws -> Any {
        guard case .list(let nodes) = decoder.node.content else {
            throw decoder.mismatch("a list", fix: "write `[…]`, or one line with `- ` for each element")
        }
        return try nodes.enumerated().map { index, node in
            try decoder.descend(to: node, decoder.path[index]).decodeOrStandIn(Element.self)
        }
    }
}
