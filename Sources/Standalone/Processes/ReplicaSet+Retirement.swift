import Timing

extension ReplicaSet {
    /// Ends every replica and returns when they are gone; what still runs when `limit` has passed is
    /// killed. Scales the set to zero, so that `run` starts nothing anew; works without `run` too.
    public func stopAll(within limit: Duration) async {
        desired?.replicas = 0
        await adoptSurvivors()
        let force = Latch()
        self.force = force
        if isHurried { force.open() }
        await withTaskGroup(of: Bool.self) { group in
            for slot in replicas.keys {
                replicas[slot]?.isRetiring = true
                group.addTask {
                    await self.retire(slot); return true
                }
            }
            let retirements = replicas.count
            group.addTask {
                if (try? await self.clock.sleep(for: limit)) != nil { force.open() }
                return false
            }
            var finished = 0
            while finished < retirements, let isRetirement = await group.next() {
                finished += isRetirement ? 1 : 0
            }
            group.cancelAll()
        }
    }

    /// Leaves `stopAll`, now or later, no time: what still runs is killed.
    func hurry() {
        isHurried = true
        force?.open()
    }

    /// Withdraws a replica, waits for its requests, then ends it. Cancelled, it leaves the process
    /// running and recorded: the next run of Aviary takes care of it.
    func retire(_ slot: Int) async {
        guard let replica = replicas[slot] else { return }
        guard beingRetired.insert(slot).inserted else { return await replica.gone.wait() }
        defer { beingRetired.remove(slot) }
        replicas[slot]?.isRetiring = true
        await publish()
        if let endpoint = replica.endpoint, replica.hasServed { await drain(endpoint) }
        if Task.isCancelled { return }
        if let process = replicas[slot]?.process {
            let grace = replica.template.terminationGracePeriod
            guard await process.terminate(grace: grace, force: force, clock: clock) else {
                return process.abandon()
            }
            replicas[slot]?.process = nil
            await forget(process)
        }
        replicas[slot] = nil
        replica.gone.open()
        converge()
    }

    /// Waits for the requests of a withdrawn endpoint, up to the drain limit.
    private nonisolated func drain(_ endpoint: ReplicaEndpoint) async {
        let force = await force
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.publisher.drain(endpoint) }
            group.addTask { try? await self.clock.sleep(for: self.configuration.drainLimit) }
            if let force { group.addTask { await force.wait() } }
            await group.next()
            group.cancelAll()
        }
    }
}
