import Delivery
import FlaggerAPI
import KubernetesClient
import Rollout
import Synchronization

/// One canary of the cluster: its ticks, and what they need to remember.
final class ClusterCanary: Ticker {
    /// What the last look has found out about the resource.
    private struct Knowledge {
        var reading: CanaryReading?
        /// The last one that was valid: a rollout under way goes on by it.
        var valid: Accepted?
        var refusal: Refusal?
        var trouble: String?
        var interval: Duration
    }

    /// A valid canary; not copied into each task that works with it.
    final class Accepted: Sendable {
        private let specified: CanaryReading.Specified
        let definition: CanaryDefinition
        let router: RouterType
        let provider: String
        let basis: CanaryReading.Basis

        init(
            _ specified: CanaryReading.Specified, _ definition: CanaryDefinition, router: RouterType,
            provider: String, basis: CanaryReading.Basis
        ) {
            (self.specified, self.definition, self.basis) = (specified, definition, basis)
            (self.router, self.provider) = (router, provider)
        }

        var canary: Canary { specified.canary }

        /// The same, but resting on another reading.
        func resting(on basis: CanaryReading.Basis) -> Accepted {
            Accepted(specified, definition, router: router, provider: provider, basis: basis)
        }
    }

    let key: ObjectKey
    /// Of the resource: one that is created again under the same name is another canary.
    let uid: String?
    let environment: ControllerEnvironment
    let memory = CanaryMemory()
    let outbox: CanaryOutbox
    private let courier: Courier
    private let performer = CanaryPerformer()
    private let interpreter: Interpreter
    private let knowledge: Mutex<Knowledge>
    private let retirement = Retirement()

    /// - Parameter onOwed: told that calls are to be delivered.
    init(
        _ key: ObjectKey, uid: String?, in environment: ControllerEnvironment,
        onOwed: @escaping @Sendable (ObjectKey) -> Void
    ) {
        self.key = key
        self.uid = uid
        self.environment = environment
        knowledge = Mutex(Knowledge(interval: environment.settings.minimumInterval))
        let voice = Self.voice(key, uid: nil, environment)
        outbox = CanaryOutbox(onArrival: { onOwed(key) }, onSettled: { await voice.settled($0) })
        courier = Courier(
            outbox: outbox, caller: environment.caller,
            alerts: AlertSender(resources: environment.resources, client: environment.client),
            now: environment.now,
            onTrouble: { voice.announce(.warning, Announcement.Reason.hookFailed.rawValue, $0) })
        interpreter = Interpreter(
            workload: performer, router: performer, store: performer, sink: performer,
            caller: environment.caller, metrics: performer, courier: courier, now: environment.now)
    }

    /// The canary as it was valid last.
    var valid: Accepted? { knowledge.withLock { $0.valid } }

    var interval: Duration { knowledge.withLock { $0.interval } }

    var isStarting: Bool {
        let phase = memory { $0.status.phase }
        return phase == nil || phase == .initializing
    }

    func tick() async { await retirement.run { [self] in await lookOnce() } }

    /// Makes the calls that are owed.
    func deliver() async { await retirement.run { [self] in await courier.drain() } }

    /// The canary is gone: ends what is under way.
    func retire() {
        environment.schedule.remove(self)
        retirement.end()
    }

    /// Looks soon.
    func hurry() { environment.schedule.hurry(self) }

    /// The resource may have changed: looks at once when that is worth it.
    func resourceChanged(_ object: KubernetesObject) {
        let basis = CanaryReading.Basis(object)
        guard let known = knowledge.withLock({ $0.reading?.basis }) else { return hurry() }
        guard known != basis else { return }
        let orders = [CanaryAnnotations.abortKey, CanaryAnnotations.pauseKey]
        let isOrder = orders.contains { known.annotations[$0] != basis.annotations[$0] }
        if isOrder || object.isDeleted || isIdle { hurry() }
    }

    /// The target has changed: looks at once when no rollout is under way.
    func targetChanged(_ object: KubernetesObject?) {
        let phase = memory { $0.status.phase }
        let isNew = phase == nil || phase == .initializing
        if isNew || isIdle && object?.generation != memory({ $0.generation }) { hurry() }
    }

    /// Primary has changed: looks at once when it is awaited for the first time.
    func primaryChanged() {
        if memory({ $0.status.phase }) == .initializing { hurry() }
    }

    private var isIdle: Bool { memory { $0.status.phase }?.isAtRest ?? true }

    private func lookOnce() async {
        let start = ContinuousClock.now
        do {
            try await look()
            note(trouble: nil)
        } catch is CancellationError {
        } catch {
            note(trouble: error)
        }
        environment.metrics.ticked(key, ContinuousClock.now - start)
    }

    private func look() async throws {
        guard let object = try await environment.cluster.find(.canary, key.name, in: key.namespace ?? "")
        else { return }
        let reading = read(object)
        if object.isDeleted { return try await finalise(object, reading) }
        switch accept(reading, known: knowledge.withLock { $0.valid }) {
        case .success(let accepted):
            if let former = try await formerRouting(than: accepted) { return try await perform(former) }
            knowledge.withLock { knowledge in
                knowledge.valid = accepted
                knowledge.interval = accepted.definition.interval
            }
            do {
                try await keepFinalizer(of: object, accepted.canary)
                try await perform(accepted)
                await show(performer.failure.flatMap(Refusal.init))
            } catch {
                if let refusal = Refusal(error) { await show(refusal) }
                throw error
            }
        case .failure(let refusal):
            try await tell(refusal, to: object)
            // A rollout under way must come to its end, by the rules that it started with.
            if !isIdle, let valid = knowledge.withLock({ $0.valid }) {
                try await perform(valid.resting(on: reading.basis))
            }
        }
    }

    private func read(_ object: KubernetesObject) -> CanaryReading {
        let basis = CanaryReading.Basis(object)
        if let known = knowledge.withLock({ $0.reading }), known.basis == basis { return known }
        let reading = CanaryReading(object, minimumInterval: environment.settings.minimumInterval)
        knowledge.withLock { $0.reading = reading }
        return reading
    }

    private func perform(_ accepted: Accepted) async throws {
        let voice = voice(uid: accepted.canary.metadata.uid)
        let parts = try await CanaryParts(
            accepted, memory: memory, outbox: outbox, voice: voice, in: environment
        ) { [weak self] in self?.hurry() }
        performer.take(parts, voice)
        defer { performer.release() }
        let status = try await parts.store.load()
        let isSuspended = accepted.canary.spec.suspend
        if !isSuspended { try await parts.store.clearMadeCalls(status) }
        environment.metrics.follow(
            key, target: accepted.canary.spec.targetRef.name,
            strategy: ControllerMetrics.name(of: accepted.definition.plan.strategy),
            status)
        if !isSuspended { try await keepPrimary(parts, status, voice) }
        var trouble = isSuspended ? nil : try await complaint(parts, in: status.phase)
        if !isSuspended, let phase = status.phase, phase != .initializing {
            do {
                try await parts.router.reconcile()
                if phase.isAtRest { try await parts.workload.keepAutoscaler() }
            } catch { trouble = error }
        }
        let outcome = try await interpreter.tick(parts.definition)
        if let trouble = outcome.trouble ?? trouble { throw trouble }
    }

    /// Between rollouts primary has all the traffic: one that somebody has deleted is made again.
    private func keepPrimary(_ parts: CanaryParts, _ status: RolloutStatus, _ voice: CanaryVoice) async throws
    {
        guard status.phase?.isAtRest == true, let promoted = status.lastPromoted,
            try await parts.workload.lacksPrimary()
        else { return }
        try await parts.workload.restorePrimary(at: promoted)
        voice.announce(
            .warning, "PrimaryRestored",
            "\(parts.context.primaryName).\(parts.context.namespace) was deleted, made again from the target")
    }

    /// What is wrong with the target. A first primary is not made from such a one; later it is told, and a rollout
    /// ends by its own rules.
    private func complaint(_ parts: CanaryParts, in phase: Phase?) async throws -> (any Error)? {
        do {
            guard let complaint = try await parts.workload.complaint() else { return nil }
            throw ControllerError.target(complaint)
        } catch {
            guard let phase, phase != .initializing else { throw error }
            return error
        }
    }

    func voice(uid: String?) -> CanaryVoice { Self.voice(key, uid: uid, environment) }

    private static func voice(
        _ key: ObjectKey, uid: String?, _ environment: ControllerEnvironment
    ) -> CanaryVoice {
        CanaryVoice(
            canary: key, uid: uid, recorder: environment.recorder, metrics: environment.metrics,
            logger: environment.logger)
    }

    /// Tells a trouble when it is new, and logs it with every tick that has it.
    private func note(trouble: (any Error)?) {
        let text = trouble.map { "\($0)" }
        let (isNew, uid) = knowledge.withLock { knowledge in
            defer { knowledge.trouble = text }
            return (knowledge.trouble != text, knowledge.reading?.basis.uid)
        }
        guard let trouble, let text else { return }
        if isNew {
            voice(uid: uid).announce(.warning, ControllerError.reason(of: trouble), text)
        } else {
            environment.logger.debug("\(text)", metadata: ["canary": "\(key)"])
        }
    }
}

extension KubernetesObject {
    /// Whether somebody has asked to delete it.
    var isDeleted: Bool { json[path: "metadata", "deletionTimestamp"] != nil }
}
