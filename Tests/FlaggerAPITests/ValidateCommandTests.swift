import FlaggerAPI
import Foundation
import Testing

@Suite struct ValidateCommandTests {
    @Test("exits with 0 and a summary when nothing is wrong")
    func valid() async throws {
        let run = try await validate([try SampleManifest.path("standalone.yaml")])
        #expect(run.status == 0)
        #expect(run.output == "1 file, 2 resources: valid\n")
    }

    @Test("checks files against each other")
    func files() async throws {
        let files = [try SampleManifest.path("gates.yaml"), try SampleManifest.path("load-tests.yaml")]
        let run = try await validate(files)
        #expect(run.status == 1)
        #expect(
            run.output.contains(
                "\(files[1]):4: error: metadata.name: Canary \"podinfo\" is in \(files[0]):1 already"))
    }

    @Test("exits with 1 after a line for each problem, without colours in a file")
    func invalid() async throws {
        let path = try SampleManifest.path("ngrinder.yaml")
        let run = try await validate([path])
        #expect(run.status == 1)
        let place = "\(path):28: error: spec.analysis.webhooks[0].metadata.clone"
        #expect(
            run.output == """
                \(place): expected a text, found the number 100 (fix: quote it: "100")
                1 file, 1 resource: 1 error, 0 warnings

                """)
    }

    @Test("reads the standard input and prints JSON that decodes")
    func json() async throws {
        let text = SampleManifest.kubernetes.replacingOccurrences(of: "interval: 1m", with: "interval: 6s")
        let run = try await validate(["--output", "json", "--min-interval", "7s", "-"], input: text)
        #expect(run.status == 0)
        let report = try JSONDecoder().decode(ValidationReport.self, from: Data(run.output.utf8))
        #expect(report.valid)
        #expect(report.warnings == 1)
        #expect(
            report.diagnostics.map(\.description) == [
                "-:14: warning: spec.analysis.interval: 6s is below 7s; 7s is used instead "
                    + "(fix: write 7s or more, or lower --min-interval)"
            ])
    }

    @Test("explains itself: examples in the help, and what is wrong with an option")
    func help() async throws {
        let help = try await validate(["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("aviary validate podinfo.yaml"))
        let bad = try await validate(["--min-interval", "soon", "x.yaml"])
        #expect(bad.status == 64)
        #expect(bad.output.contains("\"soon\" is not a duration"))
    }

    private struct Run {
        let status: Int32
        let output: String
    }

    private func validate(_ arguments: [String], input: String = "") async throws -> Run {
        let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let inputFile = folder.appending(path: "input")
        let outputFile = folder.appending(path: "output")
        try Data(input.utf8).write(to: inputFile)
        try Data().write(to: outputFile)
        let process = Process()
        process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent().appending(path: "aviary")
        process.arguments = ["validate"] + arguments
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        let output = try FileHandle(forWritingTo: outputFile)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        let deadline = ContinuousClock.now + .seconds(60)
        while process.isRunning {
            try #require(ContinuousClock.now < deadline, "aviary validate did not end")
            try await Task.sleep(for: .milliseconds(10))
        }
        return Run(
            status: process.terminationStatus, output: try String(contentsOf: outputFile, encoding: .utf8))
    }
}
