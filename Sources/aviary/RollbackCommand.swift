import ArgumentParser

/// `aviary rollback`: tells the rollback hooks of a canary to roll it back, or not to.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Roll a canary back by way of its rollback hook.",
        discussion: """
            Works for a canary with a hook of type rollback at /rollback/check.

            EXAMPLES
              aviary rollback open podinfo -n test --reason "error rate of the new version"
              aviary rollback close podinfo -n test
            """,
        subcommands: [Open.self, Close.self])

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open the rollback: a running analysis is rolled back.")

        @OptionGroup var move: GateMoveOptions

        func run() async throws {
            try await move.send("/rollback/open", done: "rollback opened", [:])
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close the rollback: the next analysis goes on.")

        @OptionGroup var move: GateMoveOptions

        func run() async throws {
            try await move.send("/rollback/close", done: "rollback closed", [:])
        }
    }
}
