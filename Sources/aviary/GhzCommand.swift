public import ArgumentParser
import Foundation
public import LoadGenerator

/// `aviary ghz`: ghz's command line for unary calls.
struct GhzCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ghz", abstract: "Send load to a gRPC server and measure the answers.",
        discussion: """
            The method is described by --proto, by --protoset, or by the server's reflection. Without --call it \
            is the standard health check where the server has one, or its only unary method. \
            grpc.health.v1.Health/Check is built in and needs no description.

            Names in AVIARY_RESOLVE (host=address:port or host:port=address:port, separated by commas) \
            are dialled there; the :authority keeps the name.

            EXAMPLES
              aviary ghz -z 1m -q 10 -c 2 --insecure podinfo.test:9898
              aviary ghz --insecure --call=grpc.health.v1.Health/Check -n 1000 127.0.0.1:9898
              aviary ghz --insecure --proto shop.proto --call shop.Orders/Place -d '{"item": "tea"}' 127.0.0.1:9090
              aviary ghz --cacert ca.pem -z 30s --rps 500 -O json -o report.json shop.example.com
            """)

    /// What is printed at the end.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case summary, json, pretty, csv
    }

    @OptionGroup(title: "What to call") var call: GhzCallOptions
    @OptionGroup(title: "Certificates") var certificates: GhzCertificateOptions

    @Option(name: [.customShort("n", allowingJoined: true), .long], help: "Number of calls.")
    var total = 200

    @Option(name: [.customShort("c", allowingJoined: true), .long], help: "Calls under way at a time.")
    var concurrency = 50

    @Option(
        name: [
            .customShort("r", allowingJoined: true), .customShort("q", allowingJoined: true), .long,
            .customLong("qps"),
        ], help: "Calls a second in all, each on its planned time, from which latency counts; 0 is no limit.")
    var rps = 0.0

    @Flag(
        name: .customLong("async"), help: "With --rps: start calls on time though more than -c are under way."
    )
    var asynchronous = false

    @Option(
        name: [.customShort("z", allowingJoined: true), .long],
        help: "Time to start calls for, such as 10s or 3m, instead of -n.", transform: durationArgument)
    var duration: Duration?

    @Option(
        name: [.customShort("x", allowingJoined: true), .long],
        help: "Time after which a run of -n calls ends all the same.", transform: durationArgument)
    var maxDuration: Duration?

    @Option(
        help: """
            What becomes of calls under way at the end of -z or -x: wait (for their answers), close (cut and \
            count them as Canceled, ghz's default) or ignore (cut and don't count them).
            """)
    var durationStop = CallPlan.DurationStop.wait

    @Option(
        name: [.customShort("t", allowingJoined: true), .long],
        help: "Time each call may take; 0 is for ever.",
        transform: durationArgument)
    var timeout = Duration.seconds(20)

    @Option(help: "HTTP/2 connections that share the calls.")
    var connections = 1

    @Option(help: "Time for a connection to be there.", transform: durationArgument)
    var connectTimeout = Duration.seconds(10)

    @Option(help: "Threads at most; a connection has one. (default: one a core)")
    var cpus: Int?

    @Option(name: .customLong("skipFirst"), help: "Calls at the start that are not counted.")
    var skipFirst = 0

    @Flag(help: "Count failed calls in the latencies.")
    var countErrors = false

    @Option(
        name: .customLong("threshold"),
        help: """
            What must be achieved, such as 'p99<250ms', 'success>=99' (percent of calls that were OK) or \
            'rps>100'; may be repeated. If it is not, the exit code is 1.
            """)
    var thresholds: [String] = []

    @Option(
        name: [.customShort("O"), .long], help: "What to print at the end: summary, json, pretty or csv.")
    var format = Format.summary

    @Option(
        name: .shortAndLong,
        help: "File to write the report to, as in ghz; for JSON give -O json. (default: standard output)")
    var output: String?

    @Option(help: "Name of the run, shown in the report.")
    var name: String?

    @Option(help: "JSON object of texts, added to the JSON report.")
    var tags: String?

    @Argument(help: "host:port")
    var host: String

    func run() async throws {
        do {
            let (plan, tags) = try (await plan(), tagValues())
            let run = try CallRun(plan)
            let report = try await measured { onProgress in
                try await run.run { report in await onProgress(report.elapsed, report.progress) }
            }
            try write(report, tags: tags)
            if !report.keepsThresholds { throw ExitCode(1) }
        } catch let error as LoadError {
            throw Self.failure(error)
        }
    }

    static func failure(_ error: any Error) -> ExitCode {
        StandardError.print("ghz: \(error)")
        return ExitCode(1)
    }

    private func tagValues() throws -> [String: String]? {
        guard let tags else { return nil }
        guard let values = try? JSONDecoder().decode([String: String].self, from: Data(tags.utf8)) else {
            throw LoadError.option("--tags is no JSON object of texts; write it like '{\"team\": \"a\"}'")
        }
        return values
    }

    private func write(_ report: CallReport, tags: [String: String]?) throws {
        let text =
            switch format {
            case .summary: report.summary(name: name)
            case .csv: report.csv
            case .json, .pretty: try report.json(name: name, tags: tags, isPretty: format == .pretty)
            }
        if report.isListCut, format != .summary {
            StandardError.print("only the first million calls are listed")
        }
        guard let output else { return try StandardOutput.write(text) }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: output))
        } catch {
            throw LoadError.option("-o cannot be written: \(output): \(error.localizedDescription)")
        }
    }
}

extension CallPlan.DurationStop: ExpressibleByArgument {}
