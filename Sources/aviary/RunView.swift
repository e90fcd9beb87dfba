import Dashboard
import Foundation
import ServiceLifecycle
import Standalone

/// Shows what `aviary run` does: a live view on a terminal, plain lines elsewhere, or one JSON object a line.
struct RunView: Service {
    let output: OutputFormat
    let program: StandaloneProgram
    /// Why changed files were not taken, when they are to be shown in the view.
    let troubles: AsyncStream<String>

    /// How often the live view looks at weights, replicas and traffic.
    private static let refresh = Duration.milliseconds(500)

    /// Shows what happens until the group shuts down.
    func run() async throws {
        let lines = program.history.follow()
        guard output == .text else { return await writeJSON(lines) }
        let display = makeRolloutDisplay()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await follow(lines, on: display) }
                group.addTask { await refresh(display) }
                for await trouble in troubles {
                    display.show(
                        FeedLine(
                            time: Date(), canary: "files", phase: "-", weight: 0, kind: .event(.warning),
                            text: trouble))
                }
            }
        }
        display.finish()
    }

    private func follow(_ lines: AsyncStream<HistoryLine>, on display: any RolloutDisplay) async {
        var reader = FeedReader()
        for await line in lines {
            if let shown = reader.read(line) { display.show(shown) }
        }
    }

    private func refresh(_ display: any RolloutDisplay) async {
        repeat {
            display.show(await program.daemon.snapshots().map(CanaryView.init))
        } while (try? await Task.sleep(for: Self.refresh)) != nil
    }

    private func writeJSON(_ lines: AsyncStream<HistoryLine>) async {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for await line in lines.cancelOnGracefulShutdown() {
            guard let data = try? encoder.encode(line) else { continue }
            try? FileHandle.standardOutput.write(contentsOf: data + Data("\n".utf8))
        }
    }

    /// Tells where the API answers, once it does.
    static func tell(port: Int, _ output: OutputFormat) {
        let line = output == .json ? #"{"kind":"listening","port":\#(port)}"# : "listening on port \(port)"
        try? FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
    }

    /// Tells why a file was not taken.
    static func tell(trouble: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(trouble)\n".utf8))
    }
}
