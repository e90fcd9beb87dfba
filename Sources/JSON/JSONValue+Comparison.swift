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
