import Foundation
import Testing

/// The rules of the code that a compiler does not know.
@Suite("Style")
struct StyleTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Source: CustomTestStringConvertible {
        let path: String
        let lines: [Substring]
        var testDescription: String { path }
    }

    private static func sources(below folder: String) throws -> [Source] {
        let base = root.appending(path: folder)
        let files = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        let found = try (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }.map {
            file in
            let text = try String(contentsOf: file, encoding: .utf8)
            return Source(
                path: String(file.path.dropFirst(root.path.count + 1)),
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
        // Else every rule would hold for the lack of code.
        try #require(found.count > 5, "no sources below \(base.path)")
        return found
    }

    @Test("no file is longer than 500 lines", arguments: ["Sources", "Tests"])
    func fileLength(folder: String) throws {
        let sources = try Self.sources(below: folder)
        #expect(sources.filter { $0.lines.count > 500 }.map(\.path) == [])
    }

    @Test("no function is longer than 40 lines")
    func functionLength() throws {
        var long: [String] = []
        for source in try Self.sources(below: "Sources") {
            for (name, length) in Self.functions(in: source.lines) where length > 40 {
                long.append("\(source.path): \(name) has \(length) lines")
            }
        }
        #expect(long == [])
    }

    /// Functions and initialisers with the number of lines of their bodies, by indentation.
    private static func functions(in lines: [Substring]) -> [(name: String, length: Int)] {
        var found: [(name: String, length: Int)] = []
        for (start, line) in lines.enumerated() {
            let code = line.drop { $0 == " " }
            guard code.contains("func ") || code.contains(" init(") || code.hasPrefix("init("),
                !code.hasPrefix("//"), !code.hasPrefix("case")
            else { continue }
            let indentation = line.count - code.count
            guard let opening = lines[start...].prefix(30).firstIndex(where: { $0.hasSuffix("{") }) else {
                continue
            }
            let closing = lines[(opening + 1)...].firstIndex { next in
                next.prefix(indentation).allSatisfy { $0 == " " }
                    && next.dropFirst(indentation).hasPrefix("}")
            }
            guard let closing else { continue }
            found.append((String(code.prefix(60)), closing - opening - 1))
        }
        return found
    }

    @Test("no folder or file has a name that says nothing")
    func names() throws {
        let banned = ["Util", "Utils", "Helper", "Helpers", "Manager", "Common"]
        let paths = try Self.sources(below: "Sources").map(\.path) + Self.sources(below: "Tests").map(\.path)
        let vague = paths.filter { path in
            path.split(separator: "/").contains { part in
                let name = part.split(separator: ".")[0]
                return banned.contains { name.hasSuffix($0) }
            }
        }
        #expect(vague == [])
    }

    @Test("the rollout core imports nothing")
    func pureCore() throws {
        let importing = try Self.sources(below: "Sources/Rollout").filter { source in
            source.lines.contains { $0.hasPrefix("import ") || $0.contains(" import ") && !$0.contains("//") }
        }
        #expect(importing.map(\.path) == [])
    }

    @Test("every hook type's file declares a type that is in the list")
    func hookTypes() throws {
        let sources = try Self.sources(below: "Sources/Rollout/Hooks")
        let list = try #require(sources.first { $0.path.hasSuffix("HookType.swift") }).lines.joined(
            separator: "\n")
        for source in sources where !source.path.hasSuffix("HookType.swift") {
            let declarations = source.lines.compactMap { line in
                line.firstMatch(of: /public static let (\w+) = HookType/).map { String($0.1) }
            }
            #expect(declarations.count == 1, "\(source.path)")
            for name in declarations { #expect(list.contains("        .\(name),"), "\(name)") }
        }
    }

    @Test(
        "every metrics provider's and notifier's file is in the list of its seam",
        arguments: [
            ("Metrics/Providers", "MetricsProvider.swift", "Provider"),
            ("Notifiers", "Notifier.swift", "Notifier"),
        ])
    func seams(folder: String, list: String, kind: String) throws {
        let sources = try Self.sources(below: "Sources/Delivery/\(folder)")
        let lines = try #require(sources.first { $0.path.hasSuffix("/\(list)") }).lines.joined(
            separator: "\n")
        let files = sources.map { String($0.path.split(separator: "/").last?.dropLast(".swift".count) ?? "") }
            .filter { $0.hasSuffix(kind) && "\($0).swift" != list }
        #expect(files.count >= 5)
        for file in files { #expect(lines.contains(" \(file)("), "\(file)") }
    }

    @Test("every router's file declares types that are in the list")
    func routers() throws {
        let sources = try Self.sources(below: "Sources/Controller/Routers")
        let list = try #require(sources.first { $0.path.hasSuffix("/RouterType.swift") }).lines.joined(
            separator: "\n")
        let files = sources.filter { source in
            source.path.hasSuffix("Router.swift") && source.path.split(separator: "/").count == 4
                && !source.path.hasSuffix("/TrafficRouter.swift")
        }
        #expect(files.count >= 12)
        for source in files {
            let names = source.lines.compactMap { line in
                line.firstMatch(of: #/^    public static let (\w+) = /#).map { String($0.1) }
            }
            #expect(!names.isEmpty, "\(source.path)")
            for name in names { #expect(list.contains("        .\(name),"), "\(name)") }
        }
    }

    @Test("no test is switched off")
    func switchedOff() throws {
        let off = try Self.sources(below: "Tests").filter { source in
            !source.path.hasSuffix("StyleTests.swift")
                && source.lines.contains { $0.contains(".disabled(") || $0.contains("withKnownIssue") }
        }
        #expect(off.map(\.path) == [])
    }
}
