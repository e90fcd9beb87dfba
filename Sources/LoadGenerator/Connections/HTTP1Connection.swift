import HTTP1
import NIOCore

/// An HTTP/1.1 connection that carries one request at a time; bound to its event loop.
///
/// Requests are sent as bytes made before, and answers are read in place: nothing is allocated for a
/// request.
final class HTTP1Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case idle, head, body, closed
    }

    private static let mostHeadBytes = 64 * 1024

    /// Who is told how the request ended; nil after ``close()``.
    var owner: (any ExchangeOwner)?
    /// Called when requests can be sent.
    var opened: (() -> Void)?
    /// The server it leads to.
    let target: LoadTarget
    /// Requests sent so far.
    private(set) var requests = 0
    /// What has arrived of the present answer.
    private(set) var answer = Answer()
    /// Whether another request can be sent after the present one.
    private(set) var keepsAlive = true

    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var framing = BodyFraming.none
    private var asksForHead = false
    private var unread: ByteBuffer?
    private let fields = HeadFields()

    init(target: LoadTarget) {
        self.target = target
    }

    /// Sends a request's bytes; the previous answer must have ended.
    @inline(__always)
    func send(_ request: ByteBuffer, asksForHead: Bool) {
        guard let context, state == .idle else { return }
        requests += 1
        self.asksForHead = asksForHead
        answer = Answer()
        state = .head
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    /// Closes without telling the owner.
    func close() {
        owner = nil
        state = .closed
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { open() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        open()
    }

    private func open() {
        opened?()
        opened = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        // What nobody asked for must not become the answer to the next request.
        guard state == .head || state == .body else { return lose(.unasked, retry: .no) }
        let now = NIODeadline.now()
        if answer.firstByte == nil { answer.firstByte = now }
        if var earlier = unread {
            unread = nil
            earlier.writeBuffer(&bytes)
            bytes = earlier
        }
        do {
            let used = try bytes.withUnsafeReadableBytes { try read($0) }
            if state == .head {
                // A head that is not there in full, with nothing of it used up.
                guard bytes.readableBytes <= Self.mostHeadBytes else { throw MalformedHead.tooManyFields }
                bytes.moveReaderIndex(forwardBy: used)
                unread = bytes
            } else if framing.isComplete {
                finish(hasMore: used < bytes.readableBytes, at: now)
            }
        } catch {
            lose(.malformed(error), retry: .no)
        }
    }

    /// Reads heads, interim ones too, and as much of the body as is there.
    ///
    /// - Returns: the bytes that are done with.
    @inline(__always)
    private func read(_ raw: UnsafeRawBufferPointer) throws -> Int {
        guard let base = raw.baseAddress else { return 0 }
        var used = 0
        while state == .head {
            var head = ResponseHead()
            let start = (base + used).assumingMemoryBound(to: UInt8.self)
            guard try head.read(start, raw.count - used, into: fields) else { return used }
            used += head.count
            guard head.status >= 200 || head.status == 101 else { continue }
            begin(head, start)
        }
        let count = try framing.consume(UnsafeRawBufferPointer(rebasing: raw[used...]))
        if case .chunked(let scanner) = framing {
            answer.bytes = scanner.dataBytes
        } else {
            answer.bytes += count
        }
        return used + count
    }

    @inline(__always)
    private func begin(_ head: ResponseHead, _ start: UnsafePointer<UInt8>) {
        state = .body
        answer.status = head.status
        framing = head.framing(answersHead: asksForHead)
        keepsAlive = head.keepsAlive && head.status != 101
        if case .untilClose = framing { keepsAlive = false }
        if (301...308).contains(head.status) {
            answer.location = fields.value(of: "location", start)
        }
    }

    @inline(__always)
    private func finish(hasMore: Bool, at now: NIODeadline) {
        if hasMore { keepsAlive = false }
        state = .idle
        owner?.answered(answer, at: now)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if state == .body, case .untilClose = framing {
            finish(hasMore: false, at: .now())
        }
        let hasBegun = answer.firstByte != nil
        let isStale = requests > 1 && !hasBegun
        lose(hasBegun && state != .idle ? .incomplete : .closed, retry: isStale ? .whenIdempotent : .no)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isStale = requests > 1 && answer.firstByte == nil
        lose(.exchange(error), retry: isStale ? .whenIdempotent : .no)
    }

    private func lose(_ failure: LoadFailure, retry: RetryAdvice) {
        let owner = owner
        close()
        owner?.failed(failure, retry: retry)
    }
}

extension HeadFields {
    /// The first value of a field that the reader has no name for.
    fileprivate func value(of name: StaticString, _ base: UnsafePointer<UInt8>) -> String? {
        for index in 0..<count {
            let field = self[index]
            guard equalsIgnoringCase(base + Int(field.start), Int(field.nameCount), name) else { continue }
            let bytes = UnsafeBufferPointer(
                start: base + Int(field.valueStart), count: Int(field.valueEnd - field.valueStart))
            return String(decoding: bytes, as: UTF8.self)
        }
        return nil
    }
}
