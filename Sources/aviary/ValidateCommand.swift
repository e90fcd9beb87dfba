import ArgumentParser
import FlaggerAPI
import Foundation
import Timing

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check canaries and processes before they are used.",
        discussion: """
            Reads YAML or JSON files together, so that references between them are checked, and prints \
            every problem with its file, line, field and fix. Exits with 1 when there is an error.

            EXAMPLES:
              aviary validate podinfo.yaml
              aviary validate canaries/*.yaml templates.yaml
              kubectl get canaries -A -o yaml | aviary validate -
              aviary validate --output json podinfo.yaml | jq '.diagnostics[].message'
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Option(name: .shortAndLong, help: "How to print the outcome.")
    var output = Format.text

    @Option(
        help: ArgumentHelp(
            "The shortest interval that the controller on Kubernetes allows.", valueName: "duration"),
        transform: { try GoDuration($0) })
    var minInterval = GoDuration.seconds(10)

    @Argument(help: "YAML or JSON files; - reads the standard input.")
    var files: [String]

    func run() throws {
        let options = ValidationOptions(minimumInterval: minInterval.duration)
        let manifest = Manifest.load(files: files, options: options)
        let report = ValidationReport(manifest)
        switch output {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try StandardOutput.print(String(decoding: try encoder.encode(report), as: UTF8.self))
        case .text:
            let isColoured =
                isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
            for diagnostic in report.diagnostics {
                try StandardOutput.print(isColoured ? Self.coloured(diagnostic) : diagnostic.description)
            }
            try StandardOutput.print(report.summary)
        }
        if !report.valid { throw ExitCode.failure }
    }

    private static func coloured(_ diagnostic: Diagnostic) -> String {
        let colour =
            switch diagnostic.severity {
            case .error: "31"
            case .warning: "33"
            case .info: "36"
            }
        let severity = " \(diagnostic.severity.rawValue): "
        guard let range = diagnostic.description.range(of: severity) else { return diagnostic.description }
        return diagnostic.description.replacingCharacters(
            in: range, with: "\u{1B}[1;\(colour)m\(severity)\u{1B}[0m")
    }
}
