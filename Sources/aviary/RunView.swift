import Foundation
import ServiceLifecycle
import Standalone
import Synchronization

/// Shows what `aviary run` does: plain lines, or one JSON object a line.
final class RunView: Sendable {
    private let output: OutputFormat
    private let lock = Mutex(())

    init(output: OutputFormat) { self.output = output }

    func listening(on port: Int) {
        switch output {
        case .text: write("listening on port \(port)")
        case .json: write("{\"kind\":\"listening\",\"port\":\(port)}")
        }
    }

    func trouble(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }

    func show(_ line: HistoryLine) {
        switch output {
        case .text: if line.kind != "status" { write(line.plainText) }
        case .json:
            if let data = try? JSONEncoder().encode(line) { write(String(decoding: data, as: UTF8.self)) }
        }
    }

    private func write(_ line: String) {
        lock.withLock { _ in FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
    }
}

/// Feeds the view until the group shuts down.
struct RunViewService: Service {
    let view: RunView
    let program: StandaloneProgram

    func run() async throws {
        for await line in program.history.follow().cancelOnGracefulShutdown() { view.show(line) }
    }
}
