import NIOCore

extension ClientConnection {
    private static var mostAttempts: Int { 4 }

    /// Sends the request to a replica: on a kept connection if there is one, else on a new one.
    func attempt() {
        exchange.attempts += 1
        let side = exchange.side
        guard let pool = loop.routes.next(side, now: loop.coarseNow, avoiding: exchange.avoided) else {
            return answer(.noEndpoint(side))
        }
        if !exchange.needsNewConnection {
            while let kept = pool.takeIdle() {
                // A request that must not be sent twice gets only a connection that is surely alive.
                if exchange.isIdempotent || kept.isStillOpen() { return run(on: kept) }
                kept.closeNow()
            }
        }
        state = .connecting
        pool.connect { result in self.connected(result, pool) }
    }

    private func connected(_ result: Result<UpstreamConnection, any Error>, _ pool: UpstreamPool) {
        switch (result, state) {
        case (.success(let connection), .connecting):
            run(on: connection)
            process()
        case (.success(let connection), _): pool.park(connection)
        case (.failure(let error), .connecting):
            exchange.avoided = pool
            let hasOthers = loop.routes.pools(exchange.side).contains { $0 !== pool }
            if hasOthers, exchange.attempts < Self.mostAttempts { return attempt() }
            loop.logger.debug(
                "connect failed", metadata: ["endpoint": "\(pool.endpoint)", "error": "\(error)"])
            if case .connectTimeout? = error as? ChannelError { return answer(.gatewayTimeout) }
            answer(.badGateway("no replica of \(exchange.side.rawValue) accepts connections"))
        case (.failure, _): break
        }
    }

    private func run(on connection: UpstreamConnection) {
        state = .exchanging
        upstream = connection
        connection.begin(.client(self), answersHead: exchange.answersHead)
        if !exchange.wasSent { appendFirstBody() }
        // The body that came with the head may have been refused.
        guard state == .exchanging else { return }
        exchange.wasSent = true
        connection.isRequestSent = exchange.isRequestComplete
        connection.send(requestOut)
    }

    /// The replica closed the connection before it answered.
    func upstreamClosedEarly(_ pool: UpstreamPool, hadBytes: Bool) {
        upstream = nil
        let mayRepeat =
            exchange.isIdempotent && exchange.canSendAgain && !hadBytes && !exchange.asksForUpgrade
        guard mayRepeat, !exchange.isResponseBegun, exchange.attempts < Self.mostAttempts else {
            return responseUnusable("the replica closed the connection before it answered")
        }
        // The next try is a new connection, to another replica if there is one: a third failure would
        // no longer be a matter of connections that were kept too long.
        exchange.needsNewConnection = true
        if exchange.attempts > 1 { exchange.avoided = pool }
        attempt()
    }

    /// The replica did not answer in time, or paused for too long.
    func upstreamTimedOut() {
        let upstream = upstream
        self.upstream = nil
        upstream?.abandon()
        if exchange.isResponseBegun { responseBrokeOff() } else { answer(.gatewayTimeout) }
    }

    /// What the replica sent is no response that could be passed on.
    func responseUnusable(_ reason: String) {
        upstream = nil
        if exchange.isResponseBegun { responseBrokeOff() } else { answer(.badGateway(reason)) }
    }
}
