import NIOCore

/// A copy of a request on its way to the canary, whose response nobody gets.
///
/// It never holds its original up: what the canary does not take in time is given up.
final class MirrorExchange {
    /// The most bytes kept while the connection is made.
    private static let mostPendingBytes = 64 * 1024

    /// The status of the response, once its head has arrived.
    var status = 0
    private let loop: ProxyLoop
    private let started: UInt64
    private let answersHead: Bool
    private var upstream: UpstreamConnection?
    private var pending = ByteBuffer()
    private var isComplete = false
    private var isEnded = false

    init(loop: ProxyLoop, head: ByteBuffer, answersHead: Bool, started: UInt64) {
        self.loop = loop
        self.started = started
        self.answersHead = answersHead
        pending = head
        loop.mirrors += 1
    }

    /// Sends what there is; to be called once, right after the initialiser.
    func start() {
        guard let pool = loop.routes.next(.canary, now: loop.coarseNow) else { return end(.failed) }
        if let idle = pool.takeIdle() { return run(on: idle) }
        pool.connect { result in
            switch result {
            case .success(let connection):
                if self.isEnded { pool.park(connection) } else { self.run(on: connection) }
            case .failure: self.end(.failed)
            }
        }
    }

    private func run(on connection: UpstreamConnection) {
        upstream = connection
        connection.begin(.mirror(self), answersHead: answersHead)
        connection.isRequestSent = isComplete
        connection.send(pending)
        pending = ByteBuffer()
    }

    /// Adds a part of the body.
    func write(_ part: ByteBuffer) {
        guard !isEnded else { return }
        if let upstream {
            guard upstream.isWritable else { return end(nil) }
            upstream.send(part)
        } else {
            guard pending.readableBytes + part.readableBytes <= Self.mostPendingBytes else { return end(nil) }
            pending.writeImmutableBuffer(part)
        }
    }

    /// The whole request has been handed over.
    func requestEnded() {
        isComplete = true
        upstream?.isRequestSent = true
    }

    func responseEnded() {
        upstream = nil
        end(status >= 500 ? .failed : .served)
    }

    /// Ends the exchange; without an outcome it is not counted, since the canary is not to blame.
    func end(_ outcome: RequestOutcome?) {
        guard !isEnded else { return }
        isEnded = true
        loop.mirrors -= 1
        pending = ByteBuffer()
        let upstream = upstream
        self.upstream = nil
        upstream?.abandon()
        if let outcome { loop.traffic(.canary).record(outcome, started: started, now: loop.clock.now()) }
    }
}
