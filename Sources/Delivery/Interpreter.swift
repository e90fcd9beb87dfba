public import Rollout

/// Performs the effects of one canary's rollout, one tick at a time.
///
/// Ticks of one canary must not overlap; whoever calls `tick` sees to that. What effects record (the status, what is
/// announced, hook calls, metric values) is gathered and becomes durable in one commit: before anything else is done,
/// and before the tick ends. Only taking all traffic off the canary comes before it, unless a status is to be durable
/// first: a rollback protects users although nothing can be kept.
public struct Interpreter: Sendable {
    let workload: any Workload
    let router: any Router
    let store: any StatusStore
    let sink: any EventSink
    let caller: any HookCaller
    let metrics: any MetricsSource
    let courier: Courier
    let now: @Sendable () -> Timestamp
    let unkept = UnkeptFacts()

    /// Makes an interpreter; one lives as long as its canary, since it remembers what could not be kept.
    ///
    /// - Parameters:
    ///   - workload: the target's two sides.
    ///   - router: splits the traffic.
    ///   - store: keeps status, history and what is owed.
    ///   - sink: shows what happened.
    ///   - caller: calls the hooks.
    ///   - metrics: measures the canary.
    ///   - courier: makes the calls that are owed.
    ///   - now: reads the wall clock.
    public init(
        workload: any Workload, router: any Router, store: any StatusStore, sink: any EventSink,
        caller: any HookCaller, metrics: any MetricsSource, courier: Courier,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.workload = workload
        self.router = router
        self.store = store
        self.sink = sink
        self.caller = caller
        self.metrics = metrics
        self.courier = courier
        self.now = now
    }

    /// What a tick led to.
    public struct Outcome: Sendable {
        /// The status that is durable after it.
        public var durable: RolloutStatus
        /// Why not everything that was decided could be kept; nil when it was. To be shown to the user.
        public var trouble: DeliveryError?
    }

    /// Looks once and does what follows from it.
    ///
    /// Cancelling the task ends the tick between two effects; the next tick observes again.
    ///
    /// - Throws: when the status can't be loaded or the world not be observed; nothing was done then.
    @discardableResult
    public func tick(_ definition: CanaryDefinition) async throws -> Outcome {
        var tick = Tick(definition: definition, durable: try await store.load())
        try await keepEarlierFacts(in: &tick)
        let found = try await workload.observe()
        // With nothing kept, the status is behind: routes are not brought back to it.
        let routes = tick.trouble == nil ? try await router.routes() : nil
        let observation = Observation(
            now: now(), target: found.target, primary: found.primary, canary: found.canary, routes: routes)
        var rollout = Rollout(plan: definition.plan, status: tick.durable)
        var event: Event? = .tick(observation)
        while let happened = event, !Task.isCancelled {
            event = try await perform(rollout.advance(happened), in: &tick)
        }
        return Outcome(durable: tick.durable, trouble: tick.trouble)
    }

    /// What one tick carries along.
    struct Tick {
        let definition: CanaryDefinition
        /// What is durable.
        var durable: RolloutStatus
        /// What is durable once `pending` is committed.
        var status: RolloutStatus
        var pending = Commit()
        var trouble: DeliveryError?
        var hasFailed = false

        init(definition: CanaryDefinition, durable: RolloutStatus) {
            self.definition = definition
            self.durable = durable
            status = durable
        }
    }

    /// Performs effects in order.
    ///
    /// - Returns: the answer to the last of them, when it asked for one.
    private func perform(_ effects: [Effect], in tick: inout Tick) async throws -> Event? {
        for effect in effects {
            try Task.checkCancellation()
            do {
                if let answer = try await perform(effect, in: &tick) { return answer }
            } catch {
                return try await recover(from: error, of: effect, in: &tick)
            }
        }
        do { try await commit(&tick) } catch {
            return try await recover(from: error, of: .writeStatus(tick.durable), in: &tick)
        }
        return nil
    }

    /// Tells the core, once a tick, that an effect failed.
    private func recover(from error: any Error, of effect: Effect, in tick: inout Tick) async throws -> Event?
    {
        if error is CancellationError { throw error }
        var failed = effect
        if let error = error as? DeliveryError, case .commit = error {
            failed = .writeStatus(tick.durable)
        } else {
            // What was done before stays done, and the core starts from it.
            do { try await commit(&tick) } catch is CancellationError { throw CancellationError() } catch {}
        }
        guard !tick.hasFailed else { return nil }
        tick.hasFailed = true
        return .effectFailed(
            EffectFailure(effect: failed, reason: "\(error)", durable: tick.durable, now: now()))
    }

    private func perform(_ effect: Effect, in tick: inout Tick) async throws -> Event? {
        switch effect {
        case .writeStatus(let status):
            if tick.pending.status != nil { try await commit(&tick) }
            return move(to: status, in: &tick)
        case .announce(let announcement): return announce(announcement, in: &tick)
        case .alert(let alert): return self.alert(alert, in: &tick)
        case .route(let routes) where !routes.reachesCanary && tick.pending.status == nil: break
        default: try await commit(&tick)
        }
        return try await act(effect, in: &tick)
    }

    private func act(_ effect: Effect, in tick: inout Tick) async throws -> Event? {
        switch effect {
        case .initialise(let revision): try await workload.initialise(at: revision)
        case .scaleUp(let revision): try await workload.scaleUp(to: revision)
        case .scaleDown: try await workload.scaleDown()
        case .promote(let revision): try await workload.promote(revision)
        case .route(let routes): try await router.route(routes)
        case .ask(let call): return .hookAnswered(await ask(call, in: &tick))
        case .checkMetrics: return .metricsChecked(failure: await measure(in: &tick))
        case .verifyMetrics: return .metricsVerified(failure: await verify(tick.definition.metrics))
        case .writeStatus, .announce, .alert: break
        }
        return nil
    }
}
