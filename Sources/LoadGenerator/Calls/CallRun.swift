import NIOCore
import NIOPosix

/// Performs a plan of calls and measures them.
public struct CallRun: Sendable {
    private let plan: CallPlan

    /// - Throws: `LoadError.option` when the plan cannot be run.
    public init(_ plan: CallPlan) throws(LoadError) {
        try plan.validate()
        self.plan = plan
    }

    /// Makes the plan's calls and reports on them.
    ///
    /// Cancelling the task ends it at once: the report holds what was measured until then.
    ///
    /// - Parameter onProgress: called each second with the report so far.
    /// - Throws: `LoadError.option` when a certificate cannot be read.
    public func run(
        onProgress: (@Sendable (CallReport) async -> Void)? = nil
    ) async throws -> CallReport {
        let settings = try plan.dialSettings()
        let threads = min(plan.threads, plan.connections)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let plan = plan
        let loops = (0..<threads).map { index in
            let loop = group.next()
            return loop.submit {
                let share = LoopShare(index: index, count: threads)
                return NIOLoopBound(
                    try CallLoop(loop: loop, plan: plan, share: share, settings: settings),
                    eventLoop: loop)
            }
        }
        do {
            var bound: [NIOLoopBound<CallLoop>] = []
            for loop in loops { bound.append(try await loop.get()) }
            let report = try await perform(bound, onProgress: onProgress)
            try await group.shutdownGracefully()
            return report
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func perform(
        _ loops: [NIOLoopBound<CallLoop>],
        onProgress: (@Sendable (CallReport) async -> Void)?
    ) async throws -> CallReport {
        let started = NIODeadline.now()
        let ends = loops.map { loop in loop.eventLoop.flatSubmit { loop.value.start(at: started) } }
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { tasks in
                if let onProgress {
                    tasks.addTask {
                        while (try? await Task.sleep(for: .seconds(1))) != nil {
                            guard let report = try? await report(loops, started) else { return }
                            await onProgress(report)
                        }
                    }
                }
                for end in ends { try? await end.get() }
                tasks.cancelAll()
            }
        } onCancel: {
            for loop in loops { loop.eventLoop.execute { loop.value.cut() } }
        }
        return try await report(loops, started)
    }

    private func report(
        _ loops: [NIOLoopBound<CallLoop>], _ started: NIODeadline
    ) async throws -> CallReport {
        var sum = CallRecorder(plan: plan)
        for loop in loops { sum.add(try await loop.eventLoop.submit { loop.value.recorder }.get()) }
        return CallReport(
            sum, plan: plan, elapsed: .now() - started, wasCancelled: Task.isCancelled)
    }
}
