import HTTP1
import NIOCore

extension ClientConnection {
    /// Passes on a 1xx response.
    func receiveInterim(_ head: ResponseHead, _ base: UnsafePointer<UInt8>) throws(MalformedHead) {
        let isSwitch = head.status == 101
        if isSwitch, !exchange.asksForUpgrade { throw .statusLine }
        if exchange.isHTTP10 { return }
        var out = ByteBuffer()
        head.forward(base, loop.fields, adding: ResponseAdditions(), into: &out, reserving: 0)
        context?.writeAndFlush(wrapOutboundOut(out), promise: nil)
        guard isSwitch else { return }
        exchange.isResponseBegun = true
        exchange.status = head.status
        count(.served)
        state = .tunnel
        deadline = loop.coarseNow &+ loop.times.tunnelIdle
        guard inbound.readableBytes > 0 else { return }
        upstream?.send(inbound)
        inbound = ByteBuffer()
    }

    /// Makes the head of the final response ready; it is sent with the beginning of the body.
    func receive(
        _ head: ResponseHead, _ base: UnsafePointer<UInt8>, framing: BodyFraming, room: Int
    ) throws(MalformedHead) {
        var closes = !exchange.keepsAlive || isLeaving || loop.drain != nil
        switch framing {
        case .untilClose: closes = true
        // An old client cannot read chunks, and its replica was told so by the version it got.
        case .chunked where exchange.isHTTP10: throw .transferEncoding
        default: break
        }
        exchange.isResponseBegun = true
        exchange.status = head.status
        exchange.closes = closes
        exchange.isResponseHeadPending = true
        responseOut.clear()
        let additions = ResponseAdditions(
            closes: closes, keepsOldClientAlive: exchange.isHTTP10, cookieLine: exchange.cookieLine)
        head.forward(base, loop.fields, adding: additions, into: &responseOut, reserving: room)
    }

    /// Sends on the first `count` bytes, with the head if that is still to be sent.
    func writeBody(_ bytes: inout ByteBuffer, _ count: Int, isLast: Bool) {
        guard let context else { return }
        if exchange.isResponseHeadPending {
            exchange.isResponseHeadPending = false
            let fits = count <= inlineBodyBytes
            if fits, count > 0 {
                bytes.withUnsafeReadableBytes { source in
                    _ = responseOut.writeBytes(UnsafeRawBufferPointer(rebasing: source[0..<count]))
                }
            }
            if fits, isLast { return context.writeAndFlush(wrapOutboundOut(responseOut), promise: nil) }
            context.write(wrapOutboundOut(responseOut), promise: nil)
            if !fits { write(bytes, count, context) }
        } else if count > 0 {
            write(bytes, count, context)
        }
        if isLast {
            context.flush()
        } else if !isWritable {
            upstream?.pause()
        }
    }

    @inline(__always)
    private func write(_ bytes: ByteBuffer, _ count: Int, _ context: ChannelHandlerContext) {
        guard let part = bytes.getSlice(at: bytes.readerIndex, length: count) else { return }
        context.write(wrapOutboundOut(part), promise: nil)
    }

    /// Sends on bytes of an upgraded connection, without a flush.
    func writeTunnelled(_ bytes: ByteBuffer) {
        deadline = loop.coarseNow &+ loop.times.tunnelIdle
        context?.write(wrapOutboundOut(bytes), promise: nil)
        if !isWritable { upstream?.pause() }
    }

    /// The response is complete.
    func responseEnded() {
        upstream = nil
        count(exchange.status >= 500 ? .failed : .served)
        endExchange()
    }

    /// The response ended too early: only a broken connection tells the client so.
    func responseBrokeOff() {
        upstream = nil
        count(.failed)
        closeNow()
    }

    /// Gives an answer of the proxy's own in place of a replica's; counts as a failure of the side.
    func answer(_ reply: ErrorReply) {
        count(.failed)
        exchange.closes =
            !exchange.keepsAlive || !exchange.isRequestComplete || isLeaving || loop.drain != nil
        responseOut.clear()
        reply.write(into: &responseOut, closes: exchange.closes, answersHead: exchange.answersHead)
        context?.writeAndFlush(wrapOutboundOut(responseOut), promise: nil)
        endExchange()
    }

    private func endExchange() {
        mirror?.end(nil)
        mirror = nil
        guard exchange.isRequestComplete, !exchange.closes else { return closeAfterFlush() }
        state = .idle
        deadline = loop.coarseNow &+ loop.times.clientIdle
        if inbound.readableBytes > 0 || isPaused { process() }
    }

    /// Counts the request once.
    func count(_ outcome: RequestOutcome) {
        guard !exchange.isCounted else { return }
        exchange.isCounted = true
        let now = loop.clock.now()
        loop.coarseNow = now
        loop.traffic(exchange.side).record(outcome, started: exchange.started, now: now)
    }
}
