import ArgumentParser
import CProcess
import Foundation

@main
struct Aviary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary",
        abstract: "Progressive delivery for Kubernetes and for plain machines.",
        version: version,
        subcommands: [
            RunCommand.self,
            ApplyCommand.self,
            DeleteCommand.self,
            GetCommand.self,
            WatchCommand.self,
            ValidateCommand.self,
            GateCommand.self,
            RollbackCommand.self,
            PauseCommand.self,
            ResumeCommand.self,
            AbortCommand.self,
            ControllerCommand.self,
            LoadTesterCommand.self,
            HeyCommand.self,
            GhzCommand.self,
            SampleAppCommand.self,
        ])

    /// What logs, metrics and servers are told.
    static let version = "0.1.0"

    /// Names under which the binary is one of its subcommands, as through a symbolic link, and how those end
    /// on a wrong command line.
    private static let subcommandNames: [String: Int32] = ["hey": 2, "ghz": 1]

    /// Commands that run for months beside much else: their memory counts more than parallel allocation.
    private static let smallHeapNames = ["controller", "loadtester"]

    static func main() async {
        StandardDescriptors.fillGaps()
        aviary_raise_file_limit()
        var arguments = Array(CommandLine.arguments.dropFirst())
        let name = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? ""
        if subcommandNames[name] != nil { arguments.insert(name, at: 0) }
        if smallHeapNames.contains(arguments.first ?? "") { aviary_keep_heap_small() }
        if arguments.first == ControllerCommand.configuration.commandName {
            arguments =
                arguments.prefix(1)
                + GoFlags.normalised(Array(arguments.dropFirst()), switches: GoFlags.controllerSwitches)
        }
        let isHey = arguments.first == HeyCommand.configuration.commandName
        if isHey { arguments = GoFlags.withoutValues(arguments, switches: GoFlags.heySwitches) }
        do {
            if isHey {
                try GoFlags.check(
                    Array(arguments.dropFirst()), options: GoFlags.heyOptions, switches: GoFlags.heySwitches)
            }
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(of: arguments, with: error)
        }
    }

    /// A wrong command line ends with 64, or as with the program that the command stands in for.
    private static func exit(of arguments: [String], with error: any Error) -> Never {
        guard let name = arguments.first, let code = subcommandNames[name],
            exitCode(for: error) == .validationFailure
        else { exit(withError: error) }
        // A flag that was refused before the arguments were parsed is not known to be of a subcommand.
        let isEarly = error is ValidationError && name == HeyCommand.configuration.commandName
        StandardError.print(isEarly ? HeyCommand.fullMessage(for: error) : fullMessage(for: error))
        exit(withError: ExitCode(code))
    }
}
