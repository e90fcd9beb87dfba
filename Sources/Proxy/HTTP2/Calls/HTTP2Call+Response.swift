import NIOCore
import NIOHPACK
import NIOHTTP2

extension HTTP2Call {
    private static var mostInterims: Int { 16 }

    /// Takes a head from the replica: interim ones, the response's, or its trailers.
    func received(_ fields: HPACKHeaders, isLast: Bool) {
        guard fields.fitsFrame(adding: cookie?.utf8.count ?? 0) else { return giveUp(.malformed) }
        if isResponseBegun { return end(fields) }
        guard let status = fields.first(name: ":status").flatMap({ Int($0) }), status != 101,
            status >= 200 || !isLast
        else { return giveUp(.malformed) }
        guard status >= 200 else {
            interims += 1
            guard interims <= Self.mostInterims else { return giveUp(.malformed) }
            client.link.write(.headers(.init(headers: fields)), on: stream)
            return progressed()
        }
        self.status = status
        head = nil
        headBytes = 0
        request.forgetKept()
        var fields = fields
        if let cookie { fields.add(name: "set-cookie", value: cookie, indexing: .nonIndexable) }
        guard isLast else {
            client.link.write(.headers(.init(headers: fields)), on: stream)
            return progressed()
        }
        finish(fields)
        client.link.write(.headers(.init(headers: fields, endStream: true)), on: stream, then: lastWritten)
        progressed()
    }

    /// Takes a part of the response's body.
    func received(_ bytes: ByteBuffer, size: Int, isLast: Bool) {
        guard isResponseBegun else { return giveUp(.malformed) }
        response.accept(bytes, size: size)
        if isLast { return end(nil) }
        progressed()
        relieveMemory()
    }

    /// The replica has said all.
    private func end(_ trailers: HPACKHeaders?) {
        finish(trailers)
        response.end(trailers, lastWritten: request.isEnded ? nil : lastWritten)
        progressed()
    }

    /// Counts the call and lets go of the replica, which may still be waiting for the rest of the request.
    private func finish(_ last: HPACKHeaders?) {
        var isFailed = status >= 500
        if isGRPC, !isFailed {
            isFailed = GRPCCall.isFailure(status: last?.first(name: "grpc-status"), httpStatus: status)
        }
        count(isFailed ? .failed : .served)
        state = .answered
        leaveReplica(cancelling: request.isSent ? nil : .cancel)
        request.discard()
    }

    /// Asks the client for no more of a request whose response it has.
    private func lastWritten(_ hasLeft: Bool) {
        if hasLeft, state == .answered, !request.isEnded { reset(.noError) }
    }

    private func lastWritten() { lastWritten(true) }

    /// What the replica sends cannot be passed on.
    private func giveUp(_ loss: UpstreamLoss) {
        let upstream = upstream
        upstream?.connection.leave(upstream?.stream ?? .rootStream, cancelling: .protocolError)
        upstreamLost(loss)
    }

    /// Gives an answer of the proxy's own in place of a replica's; counts as a failure of the side.
    func answer(_ reply: ErrorReply) {
        count(.failed)
        send(reply)
    }

    /// Answers a request that breaks the rules, which is nobody's failure.
    func refuse(_ reply: ErrorReply) {
        if attempts > 0 { count(.cancelled) }
        if isResponseBegun { return reset(.cancel) }
        send(reply)
    }

    private func send(_ reply: ErrorReply) {
        leaveReplica(cancelling: .cancel)
        state = .answered
        head = nil
        headBytes = 0
        request.discard()
        if isGRPC {
            let fields = reply.trailersOnly
            client.link.write(
                .headers(.init(headers: fields, endStream: true)), on: stream, then: lastWritten)
        } else {
            let body = ByteBuffer(string: answersHead ? "" : "\(reply.reason)\n")
            client.link.write(.headers(.init(headers: reply.fields)), on: stream)
            response.accept(body, size: body.readableBytes)
            response.end(nil, lastWritten: request.isEnded ? nil : lastWritten)
        }
        progressed()
    }
}
