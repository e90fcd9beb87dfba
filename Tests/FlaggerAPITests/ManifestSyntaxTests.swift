import FlaggerAPI
import Foundation
import Testing

@Suite struct ManifestSyntaxTests {
    private func read(_ text: String) -> Manifest { ManifestReader().read(text: text, file: "f.yaml") }

    @Test(
        "tells the line and the kind of a syntax error",
        arguments: [
            ("kind: Canary\n  name: x", 2, "syntax"),
            ("kind: Canary\nmetadata:\n\tname: x", 3, "syntax"),
            ("kind: \"Canary\nspec: 1\n", 3, "syntax"),
            ("kind: Canary\nspec: [1, 2\n", 3, "syntax"),
            ("kind: Canary\nspec: *nowhere\n", 2, "syntax"),
            ("kind: Canary\nspec: !custom 3\n", 2, "syntax"),
            ("kind: Canary\nspec:\n  ? [a]\n  : 1\n", 3, "syntax"),
            ("kind: Canary\nspec:\n  <<: 3\n", 3, "syntax"),
            ("a: 1\nb: 2\na: 3\n", 1, "duplicate-key"),
            ("kind: Canary\nspec:\n  port: 1\n  port: 2\n", 3, "duplicate-key"),
            (#"metadata: {cmd: "run '{ "spec": 1 }'"}"#, 1, "syntax"),
            ("kind: Canary\nspec: \u{1}\n", nil, "syntax"),
            ("", nil, "empty-file"),
            ("# nothing\n---\n", nil, "empty-file"),
        ] as [(String, Int?, String)])
    func syntax(text: String, line: Int?, rule: String) throws {
        let found = try #require(read(text).diagnostics.last)
        #expect(found.rule == rule)
        #expect(found.line == line)
        #expect(found.severity == .error)
        #expect(!found.message.isEmpty && !found.fix.isEmpty)
    }

    @Test("reads the documents before a syntax error")
    func before() {
        let manifest = read(SampleManifest.kubernetes + "---\nkind: [\n")
        #expect(manifest.canaries.count == 1)
        #expect(manifest.diagnostics.map(\.rule) == ["syntax"])
    }

    @Test("refuses aliases that blow up, at once")
    func bomb() {
        var values = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (name, previous) in zip("bcdefghijk", "abcdefghij") {
            let uses = Array(repeating: "*\(previous)", count: 9).joined(separator: ", ")
            values += "\(name): &\(name) [\(uses)]\n"
        }
        let clock = ContinuousClock()
        for text in [
            values, values + "? *k\n: 1\n", values + "*k : 1\n", values + "m: {[*k]: 1}\n",
            values + "m: {?*k}\n",
        ] {
            let duration = clock.measure {
                #expect(read("kind: Canary\n" + text).diagnostics.map(\.rule) == ["too-large"])
            }
            #expect(duration < .seconds(60))
        }
    }

    @Test(
        "refuses nesting that is too deep",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 50_000),
        ])
    func depth(text: String) {
        #expect(read(text).hasErrors)
        #expect(read(text).diagnostics.count == 1)
    }

    @Test("refuses a file beyond 10 MiB and one with too many values")
    func size() throws {
        #expect(
            read(String(repeating: "#", count: 10 * 1024 * 1024 + 1)).diagnostics.map(\.rule) == ["too-large"]
        )
        #expect(
            read("a: [" + String(repeating: "1,", count: 1_100_000) + "]").diagnostics.map(\.rule) == [
                "too-large"
            ])
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(repeating: UInt8(ascii: "#"), count: 10 * 1024 * 1024 + 1).write(to: file)
        #expect(Manifest.load(files: [file.path]).diagnostics.map(\.rule) == ["unreadable-file"])
    }

    @Test("lists at most 200 problems of one document and severity, and counts the rest")
    func many() {
        let fields = (0..<20_000).map { "key\($0): 1\n" }.joined()
        let manifest = read(
            SampleManifest.kubernetes.replacingOccurrences(of: "port: 9898", with: "port: x") + fields)
        #expect(manifest.diagnostics.count { $0.rule == "unknown-field" } == 200)
        #expect(manifest.diagnostics.count { $0.severity == .error } == 1)
        #expect(manifest.diagnostics.first?.message == "19800 more of these are not listed")
    }

    @Test("names files that cannot be read, and reads the others")
    func unreadable() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let binary = folder.appending(path: "binary").path
        try Data([0xff, 0xfe, 0x00]).write(to: URL(fileURLWithPath: binary))
        let missing = folder.appending(path: "missing").path
        let good = try SampleManifest.path("gates.yaml")
        let manifest = Manifest.load(files: [missing, folder.path, good, binary, good])
        #expect(manifest.canaries.count == 1)
        #expect(manifest.diagnostics.map(\.file) == [missing, folder.path, binary])
        #expect(
            manifest.diagnostics.map(\.message)
                == ["cannot be opened: no such file", "is a directory", "is not UTF-8 text"])
    }

    @Test("writes out aliases and merge keys")
    func aliases() throws {
        let text = SampleManifest.kubernetes.replacingOccurrences(
            of: "    webhooks:\n      - name: load-test\n",
            with: "    webhooks:\n      - &hook\n        name: load-test\n")
        let manifest = read(text + "      - {<<: *hook, name: again, timeout: 7s}\n")
        #expect(manifest.diagnostics == [])
        let hooks = try #require(manifest.canaries.first).spec.effectiveAnalysis.webhooks
        #expect(hooks.map(\.name) == ["load-test", "again"])
        #expect(hooks.map(\.url) == ["http://tester.test/", "http://tester.test/"])
        #expect(hooks.map(\.timeout) == [.seconds(5), .seconds(7)])
    }

    @Test("takes unquoted values as Kubernetes does")
    func scalars() throws {
        let values =
            "[yes, Off, 0x1F, 0o17, 017, 1_000, 1e3, -.inf, ~, 1.2.3, 2026-01-01, 12h, '5', !!str 6, +7, '', 0]"
        let text = SampleManifest.kubernetes.replacingOccurrences(
            of: "port: 9898", with: "port: 9898\n    retries: {values: \(values)}")
        let found = try #require(read(text).canaries.first?.spec.service.retries)
        #expect(
            found["values"]
                == .array([
                    .bool(true), .bool(false), .integer(31), .integer(15), .integer(15), .integer(1_000),
                    .number(1_000), .number(-.infinity), .null, .string("1.2.3"), .string("2026-01-01"),
                    .string("12h"), .string("5"), .string("6"), .integer(7), .string(""), .integer(0),
                ]))
    }
}
