import ArgumentParser
import Foundation
import LoadGenerator

/// `aviary hey`: hey's command line. Flags have one dash or two.
struct HeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hey", abstract: "Send load to an HTTP server and measure the answers.",
        discussion: """
            Examples:
              hey -n 1000 -c 20 http://127.0.0.1:8080/
              hey -z 1m -q 5 -c 2 -h2 https://podinfo.example/
              hey -z 30s --rate 200 --threshold 'p99<250ms' --threshold 'success>=99' http://127.0.0.1:8080/

            A closed loop (the default) sends a worker's next request when the answer is there. An open loop \
            (--rate) sends when a request is due, and counts latency from then: it also sees what a server \
            that stalls does to those who come meanwhile.

            Exit codes: 0 done, whatever the answers; 1 an option was refused, or a threshold was missed; \
            2 a flag cannot be read.

            Names in AVIARY_RESOLVE (host=address:port or host:port=address:port, separated by commas) \
            are dialled there; the Host header keeps the name.
            """)

    /// What is printed at the end.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json, csv
    }

    @Option(name: .dash("n"), help: "Number of requests.")
    var n = 200

    @Option(name: .dash("c"), help: "Workers, each with one request under way at a time.")
    var c = 50

    @Option(name: .dash("q"), help: "Requests a second of each worker; 0 is without limit.")
    var q = 0.0

    @Option(
        name: .dash("z"), help: "Time to send requests for, such as 10s or 3m, instead of -n.",
        transform: durationArgument)
    var z: Duration?

    @Option(name: .dash("o"), help: "csv prints a line an answer instead of the summary.")
    var o: Output?

    @Option(name: .dash("output"), help: "What to print at the end: text, json or csv.")
    var output: Output?

    @Option(name: .dash("m"), help: "HTTP method.")
    var m = "GET"

    @Option(
        name: .dash("H"), parsing: .unconditionalSingleValue, help: "Header \"Name: value\"; may be repeated."
    )
    var header: [String] = []

    @Option(name: .dash("t"), help: "Seconds each request may take; 0 is for ever.")
    var t = 20.0

    @Option(name: .dash("A"), help: "Accept header.")
    var accept: String?

    @Option(name: .dash("d"), parsing: .unconditional, help: "Request body.")
    var d: String?

    @Option(name: .dash("D"), help: "File with the request body.")
    var bodyFile: String?

    @Option(name: .dash("T"), help: "Content-Type header.")
    var contentType = "text/html"

    @Option(name: .dash("a"), help: "Basic authentication, username:password.")
    var a: String?

    @Option(name: .dash("host"), help: "Host header.")
    var host: String?

    @Flag(name: .dash("disable-compression"), help: "Do not ask for compression.")
    var disableCompression = false

    @Flag(name: .dash("disable-keepalive"), help: "Use each connection once.")
    var disableKeepalive = false

    @Flag(name: .dash("disable-redirects"), help: "Do not follow redirects.")
    var disableRedirects = false

    @Option(name: .dash("cpus"), help: "Threads. (default: one a core)")
    var cpus: Int?

    @Flag(name: .dash("h2"), help: "Speak HTTP/2 with https servers that offer it.")
    var h2 = false

    @Flag(name: .dash("h2c"), help: "Speak HTTP/2 only, also without TLS.")
    var h2c = false

    @Option(name: .dash("x"), help: "HTTP proxy, host:port or http://user:password@host:port.")
    var x: String?

    @Option(name: .dash("U"), help: "User-Agent, put in front of hey's own.")
    var userAgent: String?

    @Flag(
        name: .dash("verify"),
        help: "Verify certificates against the system's authorities. (default: accept any)")
    var verify = false

    @Option(name: .dash("cacert"), help: "Verify certificates against the authorities in this PEM file.")
    var cacert: String?

    @Option(
        name: .dash("rate"),
        help: ArgumentHelp(
            "Requests a second in all, sent when they are due (open loop), -c of them at a time at most; latency counts from the planned time."
        ))
    var rate: Double?

    @Option(
        name: .dash("threshold"),
        help: ArgumentHelp(
            "What must be achieved, such as 'p99<250ms', 'success>=99' or 'rps>100'; may be repeated. If it is not, the exit code is 1."
        ))
    var thresholds: [String] = []

    @Argument(help: "http://host:port/path or https://…")
    var url: String?

    func run() async throws {
        guard let url else {
            StandardError.print(Self.helpMessage())
            throw ExitCode(1)
        }
        let run: LoadRun
        do {
            run = try LoadRun(plan(for: url))
        } catch let error as LoadError {
            StandardError.print("\(error)")
            throw ExitCode(1)
        }
        let report = try await measured { onProgress in
            try await run.run { await onProgress($0.elapsed, $0.progress) }
        }
        switch output ?? o ?? .text {
        case .text: try StandardOutput.write(report.summary)
        case .json: try StandardOutput.write(try report.json())
        case .csv:
            try StandardOutput.write(report.csv)
            if report.isCSVCut {
                StandardError.print("only the first million answers are listed")
            }
        }
        if !report.keepsThresholds { throw ExitCode(1) }
    }
}

extension NameSpecification {
    /// A flag as Go programs have it: the same with one dash and with two.
    static func dash(_ name: String) -> NameSpecification {
        guard name.count > 1 else { return [.customShort(Character(name)), .customLong(name)] }
        return [.customLong(name, withSingleDash: true), .customLong(name)]
    }
}
