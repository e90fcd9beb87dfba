import NIOCore

extension ReverseProxy {
    /// How long connections without a request are kept when the proxy is drained or their port is closed, so
    /// that a request that is on its way is still answered.
    static let idleGrace: Duration = .milliseconds(250)

    /// Replaces the routing table.
    ///
    /// Every request whose head is read after this returns follows the new table; requests in flight
    /// finish where they are. Unused connections to replicas that are no longer listed are closed.
    public func update(_ table: RoutingTable) {
        shared.replace(with: table)
        for (eventLoop, loop) in zip(eventLoops, loops) {
            eventLoop.execute { loop.value.refreshRoutes() }
        }
    }

    /// What one side has served lately, mirrored requests among it.
    ///
    /// - Parameters:
    ///   - side: the side.
    ///   - window: how far to look back; counted in whole seconds, at most 10 minutes.
    public func statistics(_ side: Side, over window: Duration) async -> TrafficStatistics {
        let (seconds, rest) = window.components
        let whole = Int(clamping: seconds) &+ (rest > 0 ? 1 : 0)
        let now = clock.now()
        var sum = TrafficSample()
        for (eventLoop, loop) in zip(eventLoops, loops) {
            let sample = try? await eventLoop.submit {
                loop.value.traffic(side).sample(seconds: whole, now: now)
            }.get()
            if let sample { sum.add(sample) }
        }
        return sum.statistics
    }

    /// Requests that a replica works on at the moment, or is about to get.
    public func requestsInFlight(to endpoint: Endpoint) async -> Int {
        var sum = 0
        for (eventLoop, loop) in zip(eventLoops, loops) {
            sum += (try? await eventLoop.submit { loop.value.requestsInFlight(to: endpoint) }.get()) ?? 0
        }
        return sum
    }

    /// Waits until a replica has no request left; take it out of the table first, then end its process.
    ///
    /// - Returns: whether that happened in time. Returns false at once when the task is cancelled.
    public func waitUntilUnused(_ endpoint: Endpoint, within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while await requestsInFlight(to: endpoint) > 0 {
            guard ContinuousClock.now < deadline else { return false }
            do { try await Task.sleep(for: .milliseconds(5)) } catch { return false }
        }
        return true
    }

    /// Stops listening, lets requests in flight finish, and ends; responses tell clients to close.
    ///
    /// - Parameter limit: after this, what is still under way is cut off, upgraded connections first
    ///   of all. Cancelling the task does not shorten it.
    public func drain(within limit: Duration) async {
        await stopListening()
        let now = clock.now()
        let grace = min(Self.idleGrace, limit / 2).wholeNanoseconds
        let ends = zip(eventLoops, loops).map { eventLoop, loop in
            eventLoop.flatSubmit {
                let promise = eventLoop.makePromise(of: Void.self)
                loop.value.beginDrain(
                    ProxyLoop.Drain(
                        idleCloseAt: now &+ grace, cutAt: now &+ limit.wholeNanoseconds, finished: [promise]))
                return promise.futureResult
            }
        }
        for end in ends { try? await end.get() }
    }
}
