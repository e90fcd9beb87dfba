import Foundation
import Testing

@testable import Standalone

@Suite("Replica logs")
struct ReplicaLogsTests {
    private func withLogs(limit: Int, kept: Int = 2, _ body: (ReplicaLogs) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(ReplicaLogs(directory: directory, prefix: "test.podinfo-primary", limit: limit, kept: kept))
    }

    private func append(_ text: String, to file: Int32) {
        _ = text.withCString { write(file, $0, strlen($0)) }
    }

    @Test("are cut at the limit under a writer that goes on, the end kept beside")
    func cutsAtTheLimit() throws {
        try withLogs(limit: 1_000) { logs in
            let file = try logs.open("a")
            defer { close(file) }
            append(String(repeating: "x", count: 1_000), to: file)
            logs.bound()
            #expect(try Data(contentsOf: URL(fileURLWithPath: logs.path("a"))).count == 1_000)
            append("last\n", to: file)
            logs.bound()
            append("new\n", to: file)
            #expect(try String(contentsOfFile: logs.path("a"), encoding: .utf8) == "new\n")
            let kept = try String(contentsOfFile: logs.path("a") + ".1", encoding: .utf8)
            #expect(kept.count == 250 && kept.hasSuffix("xlast\n"))
        }
    }

    @Test("of ended replicas are removed but for the newest, and no other target's")
    func removesOld() throws {
        try withLogs(limit: 1_000) { logs in
            for (age, id) in ["e", "d", "c", "b", "a"].enumerated().reversed() {
                close(try logs.open(id))
                let path = logs.path(id)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: Double(-age * 60))], ofItemAtPath: path)
            }
            let other = logs.directory.appendingPathComponent("test.podinfo-primary-primary-f.log")
            try Data().write(to: other)
            logs.prune(live: ["a"])
            let left = try FileManager.default.contentsOfDirectory(atPath: logs.directory.path).sorted()
            #expect(
                left == ["a", "d", "e", "primary-f"].map { "test.podinfo-primary-\($0).log" })
        }
    }

    @Test("tell their last line that is not blank")
    func tellsTheLastLine() throws {
        try withLogs(limit: 1_000_000) { logs in
            let file = try logs.open("a")
            defer { close(file) }
            #expect(logs.lastLine("a") == nil)
            append(String(repeating: "noise\n", count: 2_000) + "boom\n\n  \n", to: file)
            #expect(logs.lastLine("a") == "boom")
        }
    }
}
