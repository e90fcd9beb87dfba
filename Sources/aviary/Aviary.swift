import ArgumentParser

@main
struct Aviary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary",
        abstract: "Progressive delivery for Kubernetes and for plain machines.",
        subcommands: [
            RunCommand.self,
            ApplyCommand.self,
            GetCommand.self,
            WatchCommand.self,
            PauseCommand.self,
            ResumeCommand.self,
            AbortCommand.self,
            SampleAppCommand.self,
            GateCommand.self,
            LoadTesterCommand.self,
            RollbackCommand.self,
        ])
}
