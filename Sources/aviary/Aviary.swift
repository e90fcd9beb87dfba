import ArgumentParser

@main
struct Aviary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary",
        abstract: "Progressive delivery for Kubernetes and for plain machines.",
        subcommands: [
            GateCommand.self,
            LoadTesterCommand.self,
            RollbackCommand.self,
        ])
}
