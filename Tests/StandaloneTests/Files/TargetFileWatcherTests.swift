import Foundation
import Glibc
import Testing

@testable import Standalone

@Suite("The file watcher", .timeLimit(.minutes(5)))
struct TargetFileWatcherTests {
    /// Watches `a.yaml` and `b.yaml` in a new directory; `body` gets the directory and the changes told.
    private func watching(
        debounce: Duration = .milliseconds(50), poll: Duration = .seconds(600), usesEvents: Bool = true,
        _ body: (URL, inout AsyncStream<Set<String>>.Iterator) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = ["a.yaml", "b.yaml"].map(directory.appendingPathComponent)
        for file in files { try Data("one".utf8).write(to: file) }
        let watcher = TargetFileWatcher(
            paths: Set(files.map(\.path)), debounce: debounce, pollInterval: poll, usesEvents: usesEvents)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watcher.run() }
            defer { group.cancelAll() }
            var changes = watcher.changes.makeAsyncIterator()
            try await body(directory, &changes)
        }
    }

    private func write(_ text: String, _ file: URL) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test("notices a save in place, by events and by polling", arguments: [true, false])
    func noticesWrite(usesEvents: Bool) async throws {
        let poll: Duration = usesEvents ? .seconds(600) : .milliseconds(100)
        try await watching(poll: poll, usesEvents: usesEvents) { directory, changes in
            let file = directory.appendingPathComponent("a.yaml")
            try write("two", file)
            #expect(await changes.next() == [file.path])
        }
    }

    @Test("notices a save by renaming, again and again, and nothing of other files")
    func noticesRename() async throws {
        try await watching { directory, changes in
            let file = directory.appendingPathComponent("b.yaml")
            let draft = directory.appendingPathComponent(".b.yaml.swp")
            for number in 0..<3 {
                try Data("save \(number)".utf8).write(to: draft)
                #expect(rename(draft.path, file.path) == 0)
                #expect(await changes.next() == [file.path])
            }
        }
    }

    @Test("tells a save in many steps once")
    func debounces() async throws {
        try await watching(debounce: .seconds(3)) { directory, changes in
            let file = directory.appendingPathComponent("a.yaml")
            let other = directory.appendingPathComponent("b.yaml")
            for step in 0..<10 {
                try write("step \(step)", file)
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(await changes.next() == [file.path])
            try write("two", other)
            #expect(await changes.next() == [other.path], "no second word of the first file")
        }
    }

    @Test("notices that a file disappears and comes back")
    func noticesDisappearance() async throws {
        try await watching { directory, changes in
            let file = directory.appendingPathComponent("a.yaml")
            try FileManager.default.removeItem(at: file)
            #expect(await changes.next() == [file.path])
            try Data("back".utf8).write(to: file)
            #expect(await changes.next() == [file.path])
        }
    }

    @Test("joins changes that nobody read yet")
    func joinsUnread() async throws {
        try await watching(poll: .milliseconds(50)) { directory, changes in
            let names = ["a.yaml", "b.yaml"]
            for round in 0..<3 {
                for name in names {
                    try write("round \(round)", directory.appendingPathComponent(name))
                    try await Task.sleep(for: .milliseconds(150))
                }
            }
            var told: Set<String> = []
            while told.count < 2, let change = await changes.next() { told.formUnion(change) }
            #expect(told == Set(names.map { directory.appendingPathComponent($0).path }))
        }
    }

    @Test("notices a change behind a symbolic link whose target is elsewhere")
    func followsLinks() async throws {
        try await watching(poll: .milliseconds(100)) { directory, changes in
            let link = directory.appendingPathComponent("a.yaml")
            let inner = directory.appendingPathComponent("inner")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            let target = inner.appendingPathComponent("target")
            try Data("one".utf8).write(to: target)
            try FileManager.default.removeItem(at: link)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
            #expect(await changes.next() == [link.path])
            try write("two", target)
            #expect(await changes.next() == [link.path])
        }
    }
}
