import Foundation
import LoadGenerator
import Timing

/// `http`: a load test in this process, without a shell; its result answers the hook.
///
/// Metadata: `url`; `duration` or `requests`; `rate` for an open loop; `connections`; `method`; `headers`
/// (`Name: value`, one a line); `body`; `timeout` of each request; `http2`, `verify` (`"true"`); `thresholds`
/// separated by commas or line ends. It fails when a threshold is missed; without thresholds, when no request
/// was answered.
struct HTTPTask: TaskType {
    let name = "http"
    let isAwaited = true

    private static let known: Set<String> = [
        "url", "duration", "requests", "rate", "connections", "method", "headers", "body", "timeout", "http2",
        "verify", "thresholds",
    ]
    /// What else a payload's metadata may hold: settings of all tasks, and the extended payload.
    private static let foreign: Set<String> = [
        "type", "token", "logCmdOutput", "returnCmdOutput", "weight", "maxWeight", "iteration",
        "failedChecks",
        "previousChecksum",
    ]

    /// Runs load as the metadata says, until it has ended or the task's time is over.
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        let metadata = payload.metadata
        for key in metadata.keys.sorted() where !Self.known.contains(key) && !Self.foreign.contains(key) {
            throw LoadTesterError.taskRefused(
                reason: "metadata.\(key) is not known to the task type http: use "
                    + Self.known.sorted().joined(separator: ", "))
        }
        let plan: LoadPlan
        do {
            plan = try Self.plan(metadata)
            _ = try LoadRun(plan)
        } catch let error as LoadError {
            throw LoadTesterError.taskRefused(reason: Self.inFields("\(error)"))
        }
        let shown = Self.command(metadata) { key, value in
            key == "body" ? "<\(value.utf8.count) bytes>" : Redaction.redacted(value)
        }
        return TaskWork(command: Self.command(metadata) { $1 }, shown: shown) { await Self.run(plan, in: $0) }
    }

    /// The settings as a command of the same effect.
    private static func command(
        _ metadata: [String: String], _ value: (_ key: String, _ value: String) -> String
    ) -> String {
        let settings = known.sorted().compactMap { key in
            metadata[key].map { "\(key)=\(value(key, $0).replacing("\n", with: "; "))" }
        }
        return "http " + settings.joined(separator: " ")
    }

    private static func run(_ plan: LoadPlan, in context: TaskContext) async -> TaskOutcome {
        var plan = plan
        do {
            let names =
                context.environment["AVIARY_RESOLVE"]
                ?? ProcessInfo.processInfo.environment["AVIARY_RESOLVE"] ?? ""
            plan.hostMap = try HostMap(names)
            let run = try LoadRun(plan)
            let (report, isTimedOut) = try await bounded(run, by: context.timeout)
            let summary = report.summary
            context.output.append(Array(summary.utf8))
            if isTimedOut { return TaskOutcome(.timedOut(after: context.timeout), output: summary) }
            if Task.isCancelled { return TaskOutcome(.stopped, output: summary) }
            let missed = report.thresholds.filter { !$0.isKept }.map(\.threshold)
            guard missed.isEmpty else {
                return TaskOutcome(
                    .failed("missed \(missed.joined(separator: ", "))"), output: summary)
            }
            guard !plan.thresholds.isEmpty || !report.statusCodes.isEmpty else {
                return TaskOutcome(.failed("no request was answered"), output: summary)
            }
            return TaskOutcome(.succeeded, output: summary)
        } catch {
            return TaskOutcome(.failed("\(error)"))
        }
    }

    /// Cancelling a run ends it at once, with the report so far.
    private static func bounded(
        _ run: LoadRun, by timeout: Duration
    ) async throws -> (report: LoadReport, isTimedOut: Bool) {
        try await withThrowingTaskGroup(of: LoadReport?.self) { group in
            group.addTask { try await run.run() }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return nil
            }
            var isTimedOut = false
            while let ended = try await group.next() {
                if let report = ended {
                    group.cancelAll()
                    return (report, isTimedOut)
                }
                isTimedOut = !Task.isCancelled
                group.cancelAll()
            }
            throw CancellationError()
        }
    }
}

extension HTTPTask {
    private static func plan(_ metadata: [String: String]) throws -> LoadPlan {
        guard let url = metadata["url"], !url.isEmpty else {
            throw refused("url", "is missing: write http://host:port/")
        }
        var plan = LoadPlan(target: try LoadTarget(url))
        plan.thresholds = try Threshold.list(metadata["thresholds"] ?? "")
        guard metadata["duration"] == nil || metadata["requests"] == nil else {
            throw refused("requests", "and metadata.duration exclude each other: give one of them")
        }
        plan.duration = try duration("duration", metadata)
        if let timeout = try duration("timeout", metadata) { plan.timeout = timeout }
        if let requests = try number("requests", metadata, Int.init) { plan.requests = requests }
        if let connections = try number("connections", metadata, Int.init) {
            plan.workers = connections
        } else if plan.duration == nil, plan.rate == nil {
            plan.workers = min(plan.workers, plan.requests)
        }
        plan.rate = try number("rate", metadata, Double.init)
        if try isOn("http2", metadata) { plan.version = plan.target.isSecure ? .http2IfNegotiated : .http2 }
        if try isOn("verify", metadata) { plan.trust = .systemAuthorities }
        if let method = metadata["method"] { try plan.request.setMethod(method.uppercased()) }
        for header in (metadata["headers"] ?? "").split(whereSeparator: \.isNewline) {
            try plan.request.addHeader(String(header))
        }
        plan.request.body = Array((metadata["body"] ?? "").utf8)
        return plan
    }

    private static func duration(_ key: String, _ metadata: [String: String]) throws -> Duration? {
        guard let text = metadata[key] else { return nil }
        guard let duration = try? GoDuration.parse(text), duration > .zero else {
            throw refused(key, "is \"\(text)\": write it like 500ms, 30s or 1m30s")
        }
        return duration
    }

    private static func number<Number>(
        _ key: String, _ metadata: [String: String], _ parse: (String) -> Number?
    ) throws -> Number? {
        guard let text = metadata[key] else { return nil }
        guard let number = parse(text) else { throw refused(key, "is \"\(text)\": write a number") }
        return number
    }

    private static func isOn(_ key: String, _ metadata: [String: String]) throws -> Bool {
        switch metadata[key]?.lowercased() {
        case nil, "", "false", "0", "f": return false
        case "true", "1", "t": return true
        default: throw refused(key, "is \"\(metadata[key] ?? "")\": write true or false")
        }
    }

    /// What is wrong with a plan, in the names of the metadata instead of those of hey's flags.
    private static func inFields(_ text: String) -> String {
        let fields = [
            "--rate": "rate", "-n": "requests", "-c": "connections", "-z": "duration", "-t": "timeout",
        ]
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let flag = word.prefix { $0 != ":" }
            return fields[String(flag)].map { "metadata.\($0)\(word.dropFirst(flag.count))" } ?? String(word)
        }
        let named = words.joined(separator: " ")
        return named.contains("metadata.") ? named : "metadata: \(named)"
    }

    private static func refused(_ key: String, _ problem: String) -> LoadTesterError {
        .taskRefused(reason: "metadata.\(key) \(problem)")
    }
}
