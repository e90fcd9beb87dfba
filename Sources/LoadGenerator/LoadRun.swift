import NIOCore
import NIOPosix

/// Performs a plan and measures it.
public struct LoadRun: Sendable {
    private let plan: LoadPlan
    private let dial: DialSettings

    /// - Throws: `LoadError.option` when the plan cannot be run.
    public init(_ plan: LoadPlan) throws(LoadError) {
        try plan.validate()
        self.plan = plan
        dial = try plan.dialSettings()
    }

    /// Sends the plan's requests and reports on them.
    ///
    /// Ends after the plan's requests, or after its duration and the requests under way then. Cancelling
    /// the task ends it at once: the report holds what was measured until then.
    ///
    /// - Parameter onProgress: called each second with the report so far.
    public func run(
        onProgress: (@Sendable (LoadReport) async -> Void)? = nil
    ) async throws -> LoadReport {
        let threads = min(plan.threads, plan.workers)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        do {
            let report = try await perform(on: group, threads: threads, onProgress: onProgress)
            try await group.shutdownGracefully()
            return report
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func perform(
        on group: MultiThreadedEventLoopGroup, threads: Int,
        onProgress: (@Sendable (LoadReport) async -> Void)?
    ) async throws -> LoadReport {
        let started = NIODeadline.now()
        let loads = try await loads(on: group, threads: threads, started: started)
        let ends = loads.enumerated().map { index, load in
            let numbers = stride(from: index, to: plan.workers, by: threads)
            return load.eventLoop.flatSubmit { load.value.start(workers: numbers) }
        }
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { tasks in
                if let onProgress {
                    tasks.addTask { await report(loads, since: started, to: onProgress) }
                }
                for end in ends { try? await end.get() }
                tasks.cancelAll()
            }
        } onCancel: {
            for load in loads { load.eventLoop.execute { load.value.stop(cutting: true) } }
        }
        let elapsed = NIODeadline.now() - started
        return LoadReport(try await recorder(of: loads, samples: true), plan: plan, elapsed: elapsed)
    }

    private func loads(
        on group: MultiThreadedEventLoopGroup, threads: Int, started: NIODeadline
    ) async throws -> [NIOLoopBound<EventLoopLoad>] {
        var loads: [NIOLoopBound<EventLoopLoad>] = []
        for index in 0..<threads {
            let loop = group.next()
            let (plan, dial) = (plan, dial)
            loads.append(
                try await loop.submit {
                    NIOLoopBound(
                        EventLoopLoad(
                            loop: loop, plan: plan, dial: dial, number: index, count: threads,
                            started: started),
                        eventLoop: loop)
                }.get())
        }
        return loads
    }

    private func report(
        _ loads: [NIOLoopBound<EventLoopLoad>], since started: NIODeadline,
        to onProgress: @Sendable (LoadReport) async -> Void
    ) async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            guard let recorder = try? await recorder(of: loads, samples: false) else { return }
            await onProgress(LoadReport(recorder, plan: plan, elapsed: .now() - started))
        }
    }

    private func recorder(
        of loads: [NIOLoopBound<EventLoopLoad>], samples: Bool
    ) async throws -> Recorder {
        var sum = Recorder(keepsSamples: plan.keepsSamples)
        for load in loads {
            sum.add(try await load.eventLoop.submit { load.value.snapshot(samples: samples) }.get())
        }
        return sum
    }
}
