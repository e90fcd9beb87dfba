import AsyncHTTPClient
import Timing

/// Runs a test on another server: starts it, polls it until it has ended, stops it when its time is over.
struct RemoteRun<Test: RemoteTest>: Sendable {
    /// So many polls in a row may fail before the test counts as failed.
    private static var failuresAllowed: Int { 4 }
    private static var stopLimit: Duration { .seconds(10) }

    let test: Test
    let server: RemoteServer
    let pollInterval: Duration
    /// The time for the whole test; the context's time-out counts as well.
    let limit: Duration
    let context: TaskContext

    private let clock = ContinuousClock()

    init(
        _ test: Test, on server: RemoteServer, pollInterval: Duration, limit: Duration,
        in context: TaskContext
    ) {
        self.test = test
        self.server = server
        self.pollInterval = pollInterval
        self.limit = min(limit, context.timeout)
        self.context = context
    }

    func perform() async -> TaskOutcome {
        let deadline = clock.now + limit
        let id: String
        do {
            id = try await start()
        } catch {
            if Task.isCancelled { return outcome(.stopped) }
            return outcome(.failed("the test cannot be started: \(error)"))
        }
        tell("started \(id)")
        let (result, hasEnded) = await poll(id, until: deadline)
        if !hasEnded { await stop(id) }
        return outcome(result)
    }

    /// Not a child task: a test that was started while this one is cancelled could not be stopped without its id.
    private func start() async throws -> String {
        let start = Task { try await test.start(on: server, within: limit) }
        let patience = min(context.grace / 2, Self.stopLimit)
        return try await withTaskCancellationHandler {
            try await start.value
        } onCancel: {
            Task {
                try? await Task.sleep(for: patience)
                start.cancel()
            }
        }
    }

    /// What became of the test, and whether its server says that it has ended.
    private func poll(
        _ id: String, until deadline: ContinuousClock.Instant
    ) async -> (result: TaskOutcome.Result, hasEnded: Bool) {
        var failures = 0
        var lastStatus = ""
        while true {
            try? await Task.sleep(for: min(pollInterval, max(.zero, deadline - clock.now)))
            if Task.isCancelled { return (.stopped, false) }
            let rest = deadline - clock.now
            guard rest > .zero else { return (.timedOut(after: limit), false) }
            do {
                switch try await test.state(of: id, on: server, within: rest) {
                case .succeeded(let status):
                    tell("status \(status)")
                    return (.succeeded, true)
                case .failed(let status): return (.failed("test \(id) ended with status \(status)"), true)
                case .running(let status):
                    if status != lastStatus { tell("status \(status)") }
                    (lastStatus, failures) = (status, 0)
                }
            } catch {
                if Task.isCancelled { return (.stopped, false) }
                guard clock.now < deadline else { return (.timedOut(after: limit), false) }
                failures += 1
                let mayPass = (error as? RemoteCallError)?.mayPass ?? false
                guard mayPass, failures <= Self.failuresAllowed else {
                    return (.failed("test \(id) cannot be followed: \(error)"), false)
                }
                tell("\(error)")
            }
        }
    }

    /// Not a child task: it has to be done also when this one was cancelled.
    private func stop(_ id: String) async {
        let patience = min(max(context.grace / 2, .seconds(1)), Self.stopLimit)
        let stopped = await Task { () -> (any Error)? in
            do {
                try await test.stop(id, on: server, within: patience)
                return nil
            } catch {
                return error
            }
        }.value
        tell(stopped.map { "it could not be stopped: \($0)" } ?? "stopped \(id)")
    }

    private func tell(_ line: String) {
        context.output.append((Redaction.redacted(line, secrets: server.secrets) + "\n").utf8)
    }

    private func outcome(_ result: TaskOutcome.Result) -> TaskOutcome {
        if case .failed(let reason) = result { tell(reason) }
        return TaskOutcome(result, output: context.output.text)
    }
}

extension TaskOutcome {
    /// The outcome of work with an HTTP client that lives as long as the work.
    static func ofRemote(_ work: @Sendable (HTTPClient) async -> TaskOutcome) async -> TaskOutcome {
        do {
            return try await RemoteServer.withClient(work)
        } catch {
            return TaskOutcome(.failed("the HTTP client failed: \(error)"))
        }
    }
}
