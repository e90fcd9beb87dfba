/// What a valid secret fulfils. No message shows a value.
enum SecretRule {
    static func check(_ secret: SecretResource, _ list: inout FindingList) {
        if let problem = SecretReferenceRule.problem(of: secret.metadata.name) {
            list.error(
                FieldPath("metadata.name"), "bad-name", "\"\(secret.metadata.name)\" \(problem)",
                fix: SecretReferenceRule.fix)
        }
        if let problem = NamingRule.problem(of: secret.metadata.namespace) {
            list.error(
                FieldPath("metadata.namespace"), "bad-name", "\"\(secret.metadata.namespace)\" \(problem)",
                fix: NamingRule.fix)
        }
        for (key, value) in (secret.data ?? [:]).sorted(by: { $0.key < $1.key })
        where SecretResource.decode(value) == nil {
            list.error(
                FieldPath("data")[key], "bad-secret", "is no text in base64",
                fix: "encode it (`base64 -w0`), or move it to `stringData` as it is")
        }
    }
}
