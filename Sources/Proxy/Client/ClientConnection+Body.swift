import NIOCore

extension ClientConnection {
    /// Sends on what has arrived of the body.
    func sendBody() {
        guard let part = takeBody(), let upstream else { return }
        remember(part)
        upstream.deadline = loop.coarseNow &+ loop.times.response
        upstream.isRequestSent = exchange.isRequestComplete
        if exchange.isRequestComplete {
            upstream.send(part)
        } else {
            upstream.write(part)
            hasUnflushedBody = true
            if !upstream.isWritable { pause() }
        }
    }

    /// Adds the part of the body that came with the head, if it is small, to be sent in the same write.
    func appendFirstBody() {
        guard !exchange.isRequestComplete, inbound.readableBytes > 0,
            inbound.readableBytes <= inlineBodyBytes,
            let part = takeBody()
        else { return }
        requestOut.writeImmutableBuffer(part)
    }

    /// Takes the part of the body that has arrived; nil when the request had to be refused.
    private func takeBody() -> ByteBuffer? {
        let count: Int
        do {
            count = try inbound.withUnsafeReadableBytes { try exchange.framing.consume($0) }
        } catch {
            refuse(.badRequest("a chunk of the body is malformed"))
            return nil
        }
        exchange.bodyBytes += count
        guard exchange.bodyBytes <= loop.limits.requestBodyBytes else {
            refuse(.bodyTooLarge)
            return nil
        }
        let part = inbound.readSlice(length: count) ?? ByteBuffer()
        exchange.isRequestComplete = exchange.framing.isComplete
        deadline = exchange.isRequestComplete ? .max : loop.coarseNow &+ loop.times.clientStall
        if let mirror {
            mirror.write(part)
            if exchange.isRequestComplete {
                mirror.requestEnded()
                self.mirror = nil
            }
        }
        return part
    }

    /// Keeps a sent part as long as the request might be sent again and stays small.
    private func remember(_ part: ByteBuffer) {
        guard exchange.canSendAgain, !exchange.isResponseBegun else { return }
        if exchange.isIdempotent, requestOut.readableBytes + part.readableBytes <= Self.mostBufferedBytes {
            requestOut.writeImmutableBuffer(part)
        } else {
            exchange.canSendAgain = false
        }
    }

    /// The replica can take more of the body.
    func upstreamDrained() {
        resume()
        process()
    }
}
