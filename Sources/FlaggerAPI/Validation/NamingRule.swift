/// Names must be DNS labels, since they become host names.
enum NamingRule {
    static let maximumLength = 63

    /// Says what is wrong with a DNS label; nil when nothing is.
    static func problem(of label: String) -> String? {
        if label.isEmpty { return "is empty" }
        if label.utf8.count > maximumLength { return "is longer than \(maximumLength) characters" }
        let isAllowed = label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        guard isAllowed, let first = label.utf8.first, let last = label.utf8.last, isAlphanumeric(first),
            isAlphanumeric(last)
        else { return "is not a DNS label" }
        return nil
    }

    static let fix = "use up to \(maximumLength) lowercase letters, digits and dashes, such as `podinfo`"

    static func check(_ metadata: ObjectMeta, _ list: inout FindingList) {
        if let problem = problem(of: metadata.name) {
            list.error(FieldPath("metadata.name"), "bad-name", "\"\(metadata.name)\" \(problem)", fix: fix)
        }
        if let problem = problem(of: metadata.namespace) {
            list.error(
                FieldPath("metadata.namespace"), "bad-name", "\"\(metadata.namespace)\" \(problem)", fix: fix)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
