import HTTP1
import NIOCore
import NIOHPACK

extension HTTP2Call {
    private static var mostAttempts: Int { 4 }

    /// Takes the head, decides where the call goes, and sends it there.
    func begin(_ fields: HPACKHeaders, isAll: Bool) {
        if isAll { request.end(nil) }
        loop.refreshRoutes()
        let head: HTTP2RequestHead
        do {
            head = try HTTP2RequestHead(fields)
            isGRPC = head.isGRPC
            answersHead = head.method == "HEAD"
            try route(head)
        } catch {
            return refuse((error as? MalformedHead).map(ErrorReply.init) ?? .badRequest("malformed"))
        }
        let forwarded = head.forwarded(for: client.address)
        let size = forwarded.size
        if let refusal = refusal(of: head, size, fits: forwarded.fitsFrame()) { return refuse(refusal) }
        isIdempotent = head.isIdempotent
        headBytes = size
        if let timeout = head.timeout { expiry = started &+ timeout &+ loop.times.linger / 2 }
        self.head = forwarded
        attempt()
    }

    private func route(_ head: HTTP2RequestHead) throws {
        head.writeFields(into: &loop.callHead)
        let decision = try loop.callHead.withUnsafeReadableBytes { raw in
            let base = raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            guard try loop.fields.read(base, from: 0, to: raw.count) == raw.count else {
                throw MalformedHead.fieldName
            }
            return loop.routes.decide(client.audience, base, loop.fields)
        }
        side = decision.side
        // The line without its name and end.
        if !decision.cookieLine.isEmpty {
            cookie = String(
                decoding: decision.cookieLine.dropFirst("Set-Cookie: ".utf8.count).dropLast(2), as: UTF8.self)
        }
    }

    private func refusal(of head: HTTP2RequestHead, _ size: Int, fits: Bool) -> ErrorReply? {
        if size > loop.limits.headBytes || !fits {
            return head.path.utf8.count > size / 2 ? .targetTooLong : .headTooLarge
        }
        if head.method == "CONNECT" { return .connectRefused }
        if head.contentLength ?? 0 > loop.limits.requestBodyBytes { return .bodyTooLarge }
        return loop.callBytes > loop.limits.callBytesPerLoop ? .overloaded : nil
    }

    /// Chooses a replica and asks for a connection to it.
    func attempt() {
        attempts += 1
        guard let pool = loop.routes.next(side, now: loop.coarseNow, avoiding: avoided) else {
            return answer(.noEndpoint(side))
        }
        self.pool = pool
        pool.inFlight += 1
        state = .waiting
        progressed()
        pool.http2.place(self)
    }

    /// Sends the call on a connection that has room.
    func run(on connection: HTTP2Upstream) {
        guard let head else { return }
        let isAll = request.isEnded && request.isEmpty
        let stream = connection.open(self, head, isAll: isAll)
        state = .running
        upstream = (connection, stream)
        response.source = StreamEnd(link: connection.link, stream: stream)
        request.attach(StreamEnd(link: connection.link, stream: stream), isHeadAll: isAll)
        progressed()
    }

    /// No connection to the replica could be made.
    func connectFailed(_ error: any Error) {
        guard let pool else { return }
        leaveReplica(cancelling: nil)
        avoided = pool
        let hasOthers = loop.routes.pools(side).contains { $0 !== pool }
        if hasOthers, attempts < Self.mostAttempts { return attempt() }
        loop.logger.debug("connect failed", metadata: ["endpoint": "\(pool.endpoint)", "error": "\(error)"])
        if case .connectTimeout? = error as? ChannelError { return answer(.gatewayTimeout) }
        answer(.badGateway("no replica of \(side.rawValue) accepts connections"))
    }

    /// The replica lost the call; it is sent again if that does no harm.
    func upstreamLost(_ loss: UpstreamLoss) {
        guard let pool else { return }
        leaveReplica(cancelling: nil)
        let mayRepeat = loss.allowsAnotherTry(isIdempotent: isIdempotent) && request.canSendAgain
        if mayRepeat, !isResponseBegun, attempts < Self.mostAttempts {
            // The next try is on another connection, to another replica if there is one.
            avoided = pool
            return attempt()
        }
        loop.logger.debug("upstream failed", metadata: ["endpoint": "\(pool.endpoint)", "loss": "\(loss)"])
        switch loss {
        case .reset(let code) where isResponseBegun || code != .refusedStream:
            count(.failed)
            reset(code)
        case _ where isResponseBegun:
            count(.failed)
            reset(.internalError)
        default: answer(loss.reply)
        }
    }

    /// Takes a part of the request's body.
    func receivedRequest(_ bytes: ByteBuffer, size: Int, isLast: Bool) {
        requestBytes += bytes.readableBytes
        guard requestBytes <= loop.limits.requestBodyBytes || state == .answered else {
            return refuse(.bodyTooLarge)
        }
        request.accept(bytes, size: size)
        if isLast { request.end(nil) }
        progressed()
        relieveMemory()
    }

    func receivedRequestTrailers(_ trailers: HPACKHeaders) {
        guard trailers.fitsFrame() || state == .answered else { return refuse(.headTooLarge) }
        request.end(trailers)
        progressed()
    }
}
