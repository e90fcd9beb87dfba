import HTTP1
import NIOCore

/// Up to this size, a body that came with its head is sent on in the same write.
let inlineBodyBytes = 16 * 1024

extension UpstreamConnection {
    private static var mostInterims: Int { 16 }

    func receive(_ bytes: ByteBuffer) {
        var bytes = bytes
        switch state {
        case .closed: break
        case .idle:
            // Nobody asked: whatever this is, it must not become the answer to the next request.
            closeNow()
        case .tunnel: if case .client(let client) = owner { client.writeTunnelled(bytes) }
        case .body:
            deadline = loop.coarseNow &+ loop.times.response
            forwardBody(&bytes)
        case .awaitingHead:
            if inbound.readableBytes > 0 {
                inbound.writeBuffer(&bytes)
                swap(&inbound, &bytes)
                inbound = ByteBuffer()
            }
            readHeads(&bytes)
        }
    }

    /// Reads interim responses and the head of the final one.
    private func readHeads(_ bytes: inout ByteBuffer) {
        while state == .awaitingHead, bytes.readableBytes > 0 {
            var head = ResponseHead()
            let isComplete: Bool
            do {
                isComplete = try bytes.withUnsafeReadableBytes { raw in
                    let base = raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
                    guard try head.read(base, raw.count, into: loop.fields) else { return false }
                    guard head.count <= loop.limits.headBytes else { throw MalformedHead.tooManyFields }
                    try deliver(head, base, raw)
                    return true
                }
            } catch {
                return fail("the replica sent a malformed response")
            }
            guard isComplete else {
                if bytes.readableBytes > loop.limits.headBytes {
                    return fail("the replica's response head is too large")
                }
                inbound = bytes
                return
            }
            bytes.moveReaderIndex(forwardBy: head.count)
            if state == .body { forwardBody(&bytes) }
        }
        if state == .tunnel, bytes.readableBytes > 0, case .client(let client) = owner {
            client.writeTunnelled(bytes)
            client.flush()
        }
    }

    private func deliver(
        _ head: ResponseHead, _ base: UnsafePointer<UInt8>, _ raw: UnsafeRawBufferPointer
    ) throws {
        if head.status < 200 {
            // A client that does not read them would have all of them kept for it.
            interims += 1
            guard interims <= Self.mostInterims else { throw MalformedHead.statusLine }
        }
        switch owner {
        case .nobody: closeNow()
        case .mirror(let mirror):
            guard head.status >= 200 else { return }
            framing = head.framing(answersHead: answersHead)
            keepsAlive = head.keepsAlive
            state = .body
            mirror.status = head.status
        case .client(let client):
            if head.status < 200 {
                let isSwitch = head.status == 101
                try client.receiveInterim(head, base)
                if isSwitch, state != .closed {
                    state = .tunnel
                    deadline = .max
                }
                return
            }
            framing = head.framing(answersHead: answersHead)
            keepsAlive = head.keepsAlive && !(head.length.isEncoded && head.length.contentLength != nil)
            state = .body
            try client.receive(
                head, base, framing: framing, room: min(raw.count - head.count, inlineBodyBytes))
        }
    }

    private func forwardBody(_ bytes: inout ByteBuffer) {
        let count: Int
        do {
            count = try bytes.withUnsafeReadableBytes { try framing.consume($0) }
        } catch {
            return fail("the replica sent a malformed chunk")
        }
        let isComplete = framing.isComplete
        if isComplete, bytes.readableBytes > count { keepsAlive = false }
        switch owner {
        case .nobody: break
        case .mirror(let mirror):
            bytes.moveReaderIndex(to: bytes.writerIndex)
            if isComplete {
                finish()
                mirror.responseEnded()
            }
        case .client(let client):
            client.writeBody(&bytes, count, isLast: isComplete)
            bytes.moveReaderIndex(to: bytes.writerIndex)
            guard isComplete else { return }
            finish()
            client.responseEnded()
        }
    }

    /// The connection is gone.
    func disconnected() {
        let wasReading = state
        let (owner, hadBytes) = (owner, inbound.readableBytes > 0)
        if case .nobody = owner {} else { pool.inFlight -= 1 }
        pool.forget(self)
        self.owner = .nobody
        state = .closed
        switch owner {
        case .nobody: break
        case .mirror(let mirror):
            if wasReading == .body, case .untilClose = framing {
                mirror.responseEnded()
            } else {
                mirror.end(.failed)
            }
        case .client(let client):
            switch wasReading {
            case .tunnel: client.closeAfterFlush()
            case .body:
                if case .untilClose = framing { client.responseEnded() } else { client.responseBrokeOff() }
            default: client.upstreamClosedEarly(pool, hadBytes: hadBytes)
            }
        }
    }

    private func fail(_ reason: String) {
        let owner = owner
        abandon()
        loop.logger.debug(
            "upstream failed", metadata: ["endpoint": "\(pool.endpoint)", "reason": "\(reason)"])
        switch owner {
        case .nobody: break
        case .mirror(let mirror): mirror.end(.failed)
        case .client(let client): client.responseUnusable(reason)
        }
    }
}
