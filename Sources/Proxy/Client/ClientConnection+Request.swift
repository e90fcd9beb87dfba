import HTTP1
import NIOCore

extension ClientConnection {
    /// Deals with what has arrived, as far as possible now.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        work: while inbound.readableBytes > 0 {
            switch state {
            case .idle: guard isWritable, readHead() else { break work }
            case .exchanging where !exchange.isRequestComplete:
                guard upstream?.isWritable == true else {
                    pause()
                    break work
                }
                sendBody()
            default: break work
            }
        }
        isProcessing = false
        if !isInRead { flushBody() }
        if inbound.readableBytes == 0 {
            // Lets go of the memory that was read into, so that the next read can use it.
            inbound = ByteBuffer()
            if upstream?.isWritable ?? true { resume() }
        } else if inbound.readableBytes > Self.mostBufferedBytes {
            pause()
        } else if state == .idle {
            resume()
        }
    }

    /// Reads the head of a request and sends it on its way.
    ///
    /// - Returns: whether there was a whole head.
    private func readHead() -> Bool {
        if mayBeHTTP2 {
            becomeHTTP2()
            if state == .idle { waitForHead() }
            return false
        }
        var head = RequestHead()
        var skipped = 0
        let outcome = Result {
            try inbound.withUnsafeReadableBytes { raw in
                let base = raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
                // An empty line before a request is left over from an old client's previous one.
                while skipped < 4, skipped + 1 < raw.count, base[skipped] == 0x0D, base[skipped + 1] == 0x0A {
                    skipped += 2
                }
                guard try head.read(base + skipped, raw.count - skipped, into: loop.fields) else {
                    return false
                }
                begin(head, base + skipped)
                return true
            }
        }
        switch outcome {
        case .success(true):
            inbound.moveReaderIndex(forwardBy: skipped + head.count)
            admit(head)
            return true
        case .success(false):
            waitForHead()
            return false
        case .failure(let error):
            inbound.clear()
            refuse((error as? MalformedHead).map(ErrorReply.init) ?? .badRequest("malformed"))
            return false
        }
    }

    private func waitForHead() {
        if inbound.readableBytes > loop.limits.headBytes {
            let endsLine = inbound.readableBytesView.contains(0x0A)
            inbound.clear()
            return refuse(endsLine ? .headTooLarge : .targetTooLong)
        }
        guard !exchange.isReadingHead else { return }
        exchange.isReadingHead = true
        deadline = loop.clock.now() &+ loop.times.requestHead
    }

    /// Notes what matters of a head, decides where the request goes, and writes the head for there.
    private func begin(_ head: RequestHead, _ base: UnsafePointer<UInt8>) {
        loop.refreshRoutes()
        let decision = loop.routes.decide(audience, base, loop.fields)
        exchange = Exchange()
        exchange.started = loop.clock.now()
        loop.coarseNow = exchange.started
        exchange.side = decision.side
        exchange.cookieLine = decision.cookieLine
        exchange.isMirrored = decision.isMirrored
        exchange.answersHead = head.method == .head
        exchange.isIdempotent = head.method.isIdempotent
        exchange.isHTTP10 = head.minorVersion == 0
        exchange.asksForUpgrade = head.asksForUpgrade
        exchange.keepsAlive = head.keepsAlive
        if head.length.isChunked {
            exchange.framing = .chunked(ChunkScanner())
        } else if let length = head.length.contentLength, length > 0 {
            exchange.framing = .length(length)
        } else {
            exchange.isRequestComplete = true
        }
        requestOut.clear()
        head.forward(base, loop.fields, client: client, into: &requestOut)
    }

    private func admit(_ head: RequestHead) {
        if head.count > loop.limits.headBytes {
            let isTarget = head.targetEnd - head.targetStart > loop.limits.headBytes / 2
            return refuse(isTarget ? .targetTooLong : .headTooLarge)
        }
        if head.method == .connect { return refuse(.connectRefused) }
        if let length = head.length.contentLength, length > loop.limits.requestBodyBytes {
            return refuse(.bodyTooLarge)
        }
        deadline = exchange.isRequestComplete ? .max : loop.coarseNow &+ loop.times.clientStall
        if exchange.isMirrored, loop.mirrors < loop.limits.mirrorsPerLoop { startMirror() }
        attempt()
    }

    private func startMirror() {
        let copy = MirrorExchange(
            loop: loop, head: requestOut, answersHead: exchange.answersHead, started: exchange.started)
        mirror = copy
        if exchange.isRequestComplete {
            copy.requestEnded()
            mirror = nil
        }
        copy.start()
    }
}
