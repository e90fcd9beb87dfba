extension ReplicaSet {
    /// How often a process that was never ready is asked, so that readiness is noticed soon.
    private static let startingPeriod = Duration.milliseconds(100)

    /// Probes one process and keeps its replica's readiness, until the process is replaced or retired.
    func probe(_ slot: Int, _ process: ReplicaProcess) async {
        guard let probe = replicas[slot]?.template.readinessProbe else { return }
        // An adopted process is past its start.
        if replicas[slot]?.isReady == false {
            try? await clock.sleep(for: probe.initialDelay)
        }
        var successes = 0
        var failures = 0
        var isUnasked = false
        while !Task.isCancelled {
            let outcome = await prober.check(probe, port: process.port)
            guard let replica = replicas[slot], replica.process === process, !replica.isRetiring,
                !Task.isCancelled
            else { return }
            defer { if case .unasked = outcome { isUnasked = true } else { isUnasked = false } }
            switch outcome {
            case .ready:
                (successes, failures) = (successes + 1, 0)
                if successes >= probe.successThreshold { await becameReady(slot) }
            case .unasked(let reason):
                if !isUnasked {
                    log(.warning, "a replica could not be asked whether it is ready", failure: reason)
                }
            case .failed(let reason):
                (successes, failures) = (0, failures + 1)
                if failures >= probe.failureThreshold {
                    await becameUnready(slot, "readiness probe failed: \(reason)")
                }
            }
            let isStarting = replicas[slot]?.hasServed == false && successes == 0
            try? await clock.sleep(for: isStarting ? min(probe.period, Self.startingPeriod) : probe.period)
        }
    }

    private func becameReady(_ slot: Int) async {
        guard replicas[slot]?.isReady == false else { return }
        replicas[slot]?.isReady = true
        replicas[slot]?.hasServed = true
        replicas[slot]?.hasBeenReady = true
        replicas[slot]?.readyTime = Stopwatch(clock)
        replicas[slot]?.failure = nil
        replicas[slot]?.probeFailure = nil
        // In force before `converge` retires an old replica for this one.
        await publish()
        converge()
    }

    private func becameUnready(_ slot: Int, _ reason: String) async {
        replicas[slot]?.probeFailure = reason
        guard replicas[slot]?.isReady == true else { return }
        replicas[slot]?.isReady = false
        replicas[slot]?.readyTime = nil
        log(.warning, "a replica is no longer ready", failure: reason)
        converge()
        await publish()
    }
}
