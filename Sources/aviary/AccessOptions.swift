import ArgumentParser
import LoadTester
import Logging

/// Who may call a server, and what the tasks may do that callers start.
struct AccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask callers for a token of this file. Each line: NAME ROLE[,ROLE] TOKEN. Roles: check (ask gates), "
                + "operate (move gates), execute (run tasks). Read again when it changes.",
            valueName: "file"))
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "Run only commands that match this regular expression from start to end; may be repeated. A dot "
                + "matches no line break, but it matches ; and $: write [^;&|$`<>()] to keep a shell out.",
            valueName: "regex"))
    var allowCommand: [String] = []

    @Option(
        help: ArgumentHelp(
            "Read the key files that hooks name only below this directory. aviary run finds the secrets of canaries "
                + "there as well, one file a key: DIR/NAMESPACE/NAME/KEY; Secrets in its files come second.",
            valueName: "dir"))
    var secretsDir: String?

    @Option(
        name: [
            .customLong("namespace-regexp"), .customLong("namespace-regexp", withSingleDash: true),
        ],
        help: ArgumentHelp(
            "Work only for namespaces in which this regular expression is found.", valueName: "regex"))
    var namespaceRegexp: String = ""

    func namespaces() throws -> NamespaceFilter { try NamespaceFilter(pattern: namespaceRegexp) }

    func permissions() throws -> TaskPermissions {
        var permissions = TaskPermissions()
        permissions.commands = try AllowedCommands(patterns: allowCommand)
        if let secretsDir { permissions.secrets = try SecretFiles(below: secretsDir) }
        return permissions
    }

    func accessControl(_ logger: Logger) throws -> AccessControl {
        try tokenFile.map { AccessControl(tokens: try TokenFile(path: $0, logger: logger)) } ?? .none
    }
}
