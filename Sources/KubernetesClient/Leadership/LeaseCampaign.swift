import Timing

/// A contender's view of the lease while it waits for it.
struct LeaseCampaign: Sendable {
    /// A lease that this process has just taken.
    struct Held: Sendable {
        let object: KubernetesObject
        /// Before the request that took it was sent.
        let since: Duration
    }

    let election: LeaderElection
    /// The lease as last seen, and when it was first seen like that.
    private var seen: (record: LeaseRecord, version: String?, at: Duration)?
    private var announced: String?
    /// What this process last tried to write; found in the lease when the answer was lost.
    private var proposed: LeaseRecord?

    init(election: LeaderElection) { self.election = election }

    /// Waits until the lease is free or has not been renewed for its duration, and takes it.
    mutating func win() async throws -> Held {
        while true {
            try Task.checkCancellation()
            var pause = election.timing.retryPeriod
            do {
                if let held = try await attempt() { return held }
                if let wait = remainingWait { pause = min(pause, wait) }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                election.logger.warning("cannot read or take the lease \(election.lease.key): \(error)")
            }
            try await election.sources.clock.sleep(for: max(pause, .milliseconds(10)))
        }
    }

    /// How long the holder's lease still counts: as long as its holder asked for, so that whoever deletes the lease frees it.
    private var remainingWait: Duration? {
        seen.map { $0.at + $0.record.duration - election.sources.elapsed() }
    }

    private mutating func attempt() async throws -> Held? {
        let found = try await withDeadline(election.timing.renewDeadline, clock: election.sources.clock) {
            [api = election.api, lease = election.lease] in try await api.get(lease)
        }
        guard let found else { return try await take(nil, transitions: 0) }
        let record = LeaseRecord(found)
        if seen?.record != record || seen?.version != found.resourceVersion {
            seen = (record, found.resourceVersion, election.sources.elapsed())
        }
        if record == proposed { return try await take(found, transitions: record.transitions) }
        // One's own name in the lease says that a former process held it; it may still run, so it is waited for as well.
        if !record.holder.isEmpty, let wait = remainingWait, wait > .zero {
            announce(record.holder)
            return nil
        }
        return try await take(found, transitions: record.transitions + 1)
    }

    private mutating func take(_ object: KubernetesObject?, transitions: Int64) async throws -> Held? {
        let since = election.sources.elapsed()
        let record = LeaseRecord(
            holder: election.identity, duration: election.timing.leaseDuration,
            now: election.sources.now(), transitions: transitions)
        proposed = record
        let proposal = record.written(into: object ?? election.emptyLease)
        do {
            // Not cancelled half-way: a lease that was taken must be known to be, or nobody gives it back.
            let written = try await Task { [election] in
                try await withDeadline(election.timing.renewDeadline, clock: election.sources.clock) {
                    object == nil
                        ? try await election.api.create(proposal, as: LeaseRecord.type)
                        : try await election.api.replace(proposal, as: LeaseRecord.type)
                }
            }.value
            return Held(object: written, since: since)
        } catch KubernetesError.conflict, KubernetesError.alreadyExists, KubernetesError.notFound {
            return nil
        }
    }

    private mutating func announce(_ holder: String) {
        guard announced != holder else { return }
        announced = holder
        election.logger.info("waiting for leadership", metadata: ["leader": "\(holder)"])
    }
}

extension LeaderElection {
    var emptyLease: KubernetesObject {
        KubernetesObject(
            json: .object([
                "apiVersion": .string(LeaseRecord.type.apiVersion), "kind": .string(LeaseRecord.type.kind),
                "metadata": .object([
                    "name": .string(lease.name), "namespace": .string(lease.namespace ?? "default"),
                ]),
            ]))
    }
}
