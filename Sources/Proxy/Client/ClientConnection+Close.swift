import NIOCore

extension ClientConnection {
    /// Answers a request that breaks the rules, and ends the connection: where the next request would
    /// begin is uncertain.
    func refuse(_ reply: ErrorReply) {
        let wasBegun = state == .exchanging && exchange.isResponseBegun
        exchange.isRequestComplete = false
        giveUpExchange()
        guard !wasBegun else { return closeNow() }
        responseOut.clear()
        reply.write(into: &responseOut, closes: true, answersHead: false)
        context?.write(wrapOutboundOut(responseOut), promise: nil)
        closeAfterFlush()
    }

    /// Stops work on the present request; it is counted as cancelled if a replica had it.
    private func giveUpExchange() {
        if state == .exchanging || state == .connecting {
            count(exchange.status >= 500 ? .failed : .cancelled)
        }
        mirror?.end(nil)
        mirror = nil
        let upstream = upstream
        self.upstream = nil
        upstream?.abandon()
    }

    /// Closes once everything written has been sent.
    ///
    /// A client that may still be sending first gets the end of the stream alone: closing at once would
    /// make its kernel throw away an answer that it has not read yet.
    func closeAfterFlush() {
        guard state != .closed, let context else { return }
        let lingers = !exchange.isRequestComplete || inbound.readableBytes > 0
        upstream = nil
        state = .lingering
        inbound = ByteBuffer()
        deadline = loop.coarseNow &+ max(loop.times.linger, loop.times.clientStall)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in self.flushed(lingers: lingers) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    private func flushed(lingers: Bool) {
        guard state != .closed, let context else { return }
        guard lingers else { return closeNow() }
        deadline = loop.clock.now() &+ loop.times.linger
        context.close(mode: .output, promise: nil)
        resume()
    }

    func closeNow() {
        guard state != .closed else { return }
        hungUp()
        context?.close(promise: nil)
    }

    /// The connection is gone, or about to be.
    func hungUp() {
        guard state != .closed else { return }
        if state == .tunnel {
            let upstream = upstream
            self.upstream = nil
            upstream?.closeAfterFlush()
        } else {
            giveUpExchange()
        }
        state = .closed
        inbound = ByteBuffer()
    }

    func deadlinePassed() {
        deadline = .max
        switch state {
        case .idle where inbound.readableBytes > 0: refuse(.requestTimeout)
        case .connecting: deadline = loop.coarseNow &+ loop.times.clientStall
        case .exchanging where isPaused && isWritable:
            // It is the replica that does not take the body; its own deadline is running.
            deadline = loop.coarseNow &+ loop.times.clientStall
        case .exchanging where isWritable && !exchange.isRequestComplete: refuse(.requestTimeout)
        case .exchanging where isWritable: break
        case .idle, .exchanging, .tunnel, .lingering: closeNow()
        case .closed: context?.close(promise: nil)
        }
    }
}
