extension JSONValue {
    /// Whether two values are the same, texts byte for byte: what reads a file tells "é" as one code point from "é" as two,
    /// although they are equal as Swift's strings.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let own), .bool(let other)): own == other
        case (.integer(let own), .integer(let other)): own == other
        case (.number(let own), .number(let other)): own == other
        case (.string(let own), .string(let other)): own == other && own.hasSameBytes(as: other)
        case (.array(let own), .array(let others)): own == others
        case (.object(let own), .object(let others)): own == others
        default: false
        }
    }
}

extension String {
    fileprivate func hasSameBytes(as other: String) -> Bool {
        let isSame = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { own.elementsEqual($0) }
        }
        return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}

extension JSONValue {
    /// Whether everything wanted is here: members that are not wanted are ignored, lists must match one to one.
    ///
    /// What a server adds by itself (defaults, allocated values) makes no difference that way.
    public func contains(_ wanted: JSONValue) -> Bool {
        switch (self, wanted) {
        case (.object(let own), .object(let others)):
            others.allSatisfy { key, value in
                guard let mine = own[key] else { return value == .null }
                return mine.contains(value)
            }
        case (.array(let own), .array(let others)):
            own.count == others.count && zip(own, others).allSatisfy { $0.contains($1) }
        default: self == wanted || (int != nil && int == wanted.int)
        }
    }

    /// The merge patch (RFC 7386) that turns this value into another one: members that are gone become `null`.
    ///
    /// - Parameter keeping: members of this object, at its top level only, that stay although the other one lacks them.
    public func mergePatch(to other: JSONValue, keeping: Set<String> = []) -> JSONValue {
        guard case .object(let own) = self, case .object(let wanted) = other else { return other }
        var patch: [String: JSONValue] = [:]
        for key in own.keys where wanted[key] == nil && !keeping.contains(key) { patch[key] = .null }
        for (key, value) in wanted where own[key] != value {
            patch[key] = own[key]?.mergePatch(to: value) ?? value
        }
        return .object(patch)
    }
}
