import ArgumentParser
import Foundation
import Standalone

/// What pause, resume and abort share.
struct ActionArguments: ParsableArguments {
    @Argument(help: "The canary.") var name: String
    @Option(name: .shortAndLong, help: "Its namespace.") var namespace = "default"
    @OptionGroup var server: ServerOptions

    func perform(_ action: CanaryAction, reason: String? = nil) async throws {
        let key = CanaryKey(namespace: namespace, name: name)
        let snapshot = try await server.client.perform(action, on: key, reason: reason)
        switch server.output {
        case .text: try StandardOutput.print("\(key) \(snapshot.canary.status?.phase ?? "")")
        case .json: try StandardOutput.print(json: snapshot.canary)
        }
    }
}

/// `aviary pause NAME`.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Hold a rollout where it is.",
        discussion: "EXAMPLE\n  aviary pause podinfo -n test")
    @OptionGroup var arguments: ActionArguments
    func run() async throws { try await arguments.perform(.pause) }
}

/// `aviary resume NAME`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a paused rollout go on.",
        discussion: "EXAMPLE\n  aviary resume podinfo -n test")
    @OptionGroup var arguments: ActionArguments
    func run() async throws { try await arguments.perform(.resume) }
}

/// `aviary abort NAME`.
struct AbortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract: "Fail a running rollout at once and give all traffic back to primary.",
        discussion: "EXAMPLE\n  aviary abort podinfo -n test --reason 'wrong build'")
    @OptionGroup var arguments: ActionArguments
    @Option(help: "Why; shown in the events.") var reason: String?
    func run() async throws { try await arguments.perform(.abort, reason: reason) }
}
