import Foundation
import NIOCore
import NIOPosix
import Subprocess

/// Runs a command in a process group of its own, and ends the whole group when its time is over.
struct ProcessGroup: Sendable {
    /// What becomes of processes that the command started and that outlive it.
    enum Leftovers: Sendable {
        /// The command has ended when they have.
        case awaited
        /// They are ended with the command.
        case ended
    }

    let executable: Executable
    let arguments: [String]
    let leftovers: Leftovers

    /// Runs the command to its end; a cancelled task ends the group in order: TERM, then KILL.
    func run(in context: TaskContext) async -> TaskOutcome {
        let (stops, stop) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        return await withTaskCancellationHandler {
            // Not a child task: cancellation would kill the leader at once and leave the rest of the group.
            await Task { await supervise(in: context, until: stops) }.value
        } onCancel: {
            stop.yield()
        }
    }

    private func supervise(in context: TaskContext, until stops: AsyncStream<Void>) async -> TaskOutcome {
        do {
            let pipe = try await OutputPipe(to: context.output)
            var options = PlatformOptions()
            options.processGroupID = 0
            let mark = TaskMark().text
            let variables = context.environment.merging([ProcessFamily.markVariable: mark]) { $1 }
            let additions = variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
            let ended = try await Subprocess.run(
                executable, arguments: Arguments(arguments),
                environment: .inherit.updating(Dictionary(uniqueKeysWithValues: additions)),
                platformOptions: options, input: .none,
                output: .fileDescriptor(.init(rawValue: pipe.writeEnd), closeAfterSpawningProcess: true),
                error: .combinedWithOutput
            ) { execution in
                await ProcessGroupLife(
                    family: ProcessFamily(leader: execution.processIdentifier.value, mark: mark),
                    leftovers: leftovers, pipe: pipe
                ).watch(timeout: context.timeout, grace: context.grace, stops: stops)
            }
            return outcome(ended.closureResult, ended.terminationStatus, context)
        } catch {
            return TaskOutcome(
                .failed("the command cannot be started: \(error)"), output: context.output.text)
        }
    }

    private func outcome(
        _ end: ProcessGroupLife.End, _ status: TerminationStatus, _ context: TaskContext
    ) -> TaskOutcome {
        let output = context.output.text
        switch (end, status) {
        case (.timedOut, _): return TaskOutcome(.timedOut(after: context.timeout), output: output)
        case (.stopped, _): return TaskOutcome(.stopped, output: output)
        case (.ended, .exited(0)): return TaskOutcome(.succeeded, output: output)
        case (.ended, .exited(let code)): return TaskOutcome(.failed("exit status \(code)"), output: output)
        case (.ended, .signaled(let signal)):
            return TaskOutcome(.failed("killed by signal \(signal)"), output: output)
        }
    }
}
