/// The name of a secret is a DNS subdomain, as on Kubernetes; on one machine it is the name of a folder.
enum SecretReferenceRule {
    static let fix = "write the secret's name: lowercase letters, digits, dashes and dots"

    /// Says what is wrong with the name of a secret; nil when nothing is.
    static func problem(of name: String) -> String? {
        if name.isEmpty { return "is empty" }
        if name.utf8.count > 253 { return "is longer than 253 characters" }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy {
            NamingRule.problem(of: String($0.prefix(NamingRule.maximumLength))) == nil
        }
        return isName ? nil : "is no name of a secret"
    }

    static func check(_ reference: SecretReference?, _ path: FieldPath, _ list: inout FindingList) {
        guard let reference, let problem = problem(of: reference.name) else { return }
        list.error(path, "bad-name", "\"\(reference.name)\" \(problem)", fix: fix)
    }
}
