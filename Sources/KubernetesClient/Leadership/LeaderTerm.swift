import Synchronization
import Timing

/// One leader's time in office: works and renews side by side, then gives the lease back.
final class LeaderTerm: Sendable {
    private enum End<Value: Sendable>: Sendable {
        case worked(Result<Value, any Error>)
        case renewed(lost: String?)
    }

    private let election: LeaderElection
    private let leadership: Leadership
    private let lease: Mutex<KubernetesObject>

    init(election: LeaderElection, held: LeaseCampaign.Held) {
        self.election = election
        lease = Mutex(held.object)
        let timing = election.timing
        leadership = Leadership(
            elapsed: election.sources.elapsed, deadline: held.since + timing.renewDeadline,
            grace: timing.leaseDuration - timing.renewDeadline)
    }

    /// Works until the work returns or the lease is lost; returns when the work has ended and the lease is given back.
    func serve<Value: Sendable>(
        _ work: @escaping @Sendable (Leadership) async throws -> Value
    ) async throws -> Value {
        // Not a child: work that was cancelled winds up under a lease that is still renewed.
        let renewal = Task { await renew() }
        let (result, lost) = await withTaskGroup(of: End<Value>.self) { group in
            group.addTask { .worked(await self.result(of: work)) }
            group.addTask { .renewed(lost: await renewal.value) }
            var result: Result<Value, any Error>?
            var lost: String?
            var overseer: Task<Void, Never>?
            for await end in group {
                switch end {
                case .worked(let worked):
                    result = worked
                    renewal.cancel()
                    overseer?.cancel()
                case .renewed(lost: let reason?) where result == nil:
                    lost = reason
                    election.logger.error("leadership lost: \(reason)")
                    group.cancelAll()
                    overseer = Task { await self.oversee(reason) }
                case .renewed: break
                }
            }
            return (result, lost)
        }
        leadership.end()
        await Task { await release() }.value
        if let lost { throw KubernetesError.leadershipLost(lost) }
        guard let result else { throw CancellationError() }
        return try result.get()
    }

    private func result<Value: Sendable>(
        of work: @Sendable (Leadership) async throws -> Value
    ) async -> Result<Value, any Error> {
        do {
            return .success(try await work(leadership))
        } catch {
            return .failure(error)
        }
    }

    /// Renews until cancelled; returns why the lease is lost, or nil when cancelled.
    private func renew() async -> String? {
        var problem: String?
        while true {
            let timing = election.timing
            let pause = problem == nil ? timing.renewPeriod : timing.retryPeriod
            let wait = max(min(pause, leadership.remaining), .zero)
            do { try await election.sources.clock.sleep(for: wait) } catch { return nil }
            guard leadership.isCurrent else {
                return problem ?? "the lease was not renewed for \(timing.renewDeadline)"
            }
            do {
                if let holder = try await renewOnce() { return "\(holder) holds the lease" }
                problem = nil
            } catch {
                if Task.isCancelled { return nil }
                if problem == nil { election.logger.warning("cannot renew the lease: \(error)") }
                problem = "the lease was not renewed for \(timing.renewDeadline): \(error)"
            }
        }
    }

    /// Renews the lease; returns who else holds it.
    private func renewOnce() async throws -> String? {
        let since = election.sources.elapsed()
        var held = lease.withLock { $0 }
        do {
            held = try await write(held)
        } catch KubernetesError.conflict {
            // A renewal whose answer was lost, or somebody edited the lease.
            let found = try await bounded { [api = election.api, lease = election.lease] in
                try await api.get(lease)
            }
            guard let found else { return "nobody" }
            let holder = LeaseRecord(found).holder
            guard holder == election.identity else { return holder.isEmpty ? "nobody" : holder }
            held = try await write(found)
        } catch KubernetesError.notFound {
            return "nobody"
        }
        let renewed = held
        lease.withLock { $0 = renewed }
        leadership.extend(to: since + election.timing.renewDeadline)
        return nil
    }

    private func write(_ held: KubernetesObject) async throws -> KubernetesObject {
        var record = LeaseRecord(held)
        record.duration = election.timing.leaseDuration
        record.renewTime = Timestamp.microseconds(election.sources.now())
        let renewed = record.written(into: held)
        return try await bounded { [api = election.api] in
            try await api.replace(renewed, as: LeaseRecord.type)
        }
    }

    private func bounded<Value: Sendable>(
        _ request: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let limit = max(min(leadership.remaining, election.timing.renewDeadline / 2), .zero)
        do {
            return try await withDeadline(limit, clock: election.sources.clock, request)
        } catch is DeadlineExceeded {
            throw KubernetesError.unavailable("no answer within \(limit)")
        }
    }

    /// Ends the process when the work outlives the lease.
    private func oversee(_ reason: String) async {
        let left = leadership.remaining + leadership.grace - election.timing.leaseDuration / 10
        guard (try? await election.sources.clock.sleep(for: max(left, .zero))) != nil else { return }
        election.abandon("leadership lost (\(reason)), and the work did not end in time")
    }

    /// Gives the lease back, so that the next leader need not wait; without success when the server can't be reached.
    private func release() async {
        var object = lease.withLock { $0 }
        for _ in 0..<2 {
            var record = LeaseRecord(object)
            guard record.holder == election.identity else { return }
            record.holder = ""
            record.duration = .seconds(1)
            record.renewTime = Timestamp.microseconds(election.sources.now())
            let freed = record.written(into: object)
            do {
                _ = try await withDeadline(election.timing.renewDeadline / 2, clock: election.sources.clock) {
                    [api = election.api] in try await api.replace(freed, as: LeaseRecord.type)
                }
                election.logger.info("gave leadership back")
                return
            } catch KubernetesError.conflict {
                guard let found = try? await election.api.get(election.lease) else { return }
                object = found
            } catch {
                election.logger.warning("cannot give the lease back: \(error)")
                return
            }
        }
    }
}
