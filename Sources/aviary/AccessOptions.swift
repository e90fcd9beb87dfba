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
            "Run only commands of one line that match this regular expression from start to end; may be "
                + "repeated. A dot also matches ; and $: write [^;&|$`<>()] to keep a shell from running more.",
            valueName: "regex"))
    var allowCommand: [String] = []

    @Option(
        name: [
            .customLong("namespace-regexp"), .customLong("namespace-regexp", withSingleDash: true),
        ],
        help: ArgumentHelp(
            "Work only for namespaces in which this regular expression is found.", valueName: "regex"))
    var namespaceRegexp: String = ""

    func namespaces() throws -> NamespaceFilter { try NamespaceFilter(pattern: namespaceRegexp) }

    /// - Parameter secretsDirectory: where key files may be; nil for anywhere.
    func permissions(secretsDirectory: String?) throws -> TaskPermissions {
        var permissions = TaskPermissions()
        permissions.commands = try AllowedCommands(patterns: allowCommand)
        if let secretsDirectory { permissions.secrets = try SecretFiles(below: secretsDirectory) }
        return permissions
    }

    func accessControl(_ logger: Logger) throws -> AccessControl {
        guard let tokenFile else { return .none }
        if allowCommand.isEmpty {
            logger.warning(
                "tokens of the role execute can read this process's files, tokens included: use --allow-command"
            )
        }
        return AccessControl(tokens: try TokenFile(path: tokenFile, logger: logger))
    }
}
