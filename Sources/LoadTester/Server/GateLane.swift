import Foundation
import HTTP1
import NIOCore

/// Answers gate checks on the event loop, as soon as they have arrived, and leaves everything else to the server.
///
/// It takes a request only when all of it is there, nothing about it is out of the ordinary, and the ``GateBoard`` knows the
/// answer; its answers are those of the long way, byte by byte. Once it has let part of a request pass, or more than
/// one at a time, it cannot know where the next one begins, and lets all that follows pass.
final class GateLane: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// What arrives next is the beginning of a request.
        case open
        /// One whole request has passed and may not have been answered yet.
        case awaitingAnswer
        /// Everything passes.
        case passing
    }

    /// The server's idle time-out counts from what it sees, so it is shown a request now and then.
    private let longWayInterval: TimeAmount
    private let checks: GateChecks
    private let fields = HeadFields()
    private let replies: GateReplies
    private var state = State.open
    private var watch: ConnectionWatch?
    private var lastLongWay = NIODeadline.now()
    private var hasWritten = false
    private var hasPassed = false

    init(_ checks: GateChecks, limits: ServerLimits, now: @escaping @Sendable () -> Date = { Date() }) {
        self.checks = checks
        longWayInterval = TimeAmount(limits.idle / 3)
        replies = GateReplies(now: now)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if state == .awaitingAnswer { state = isServerQuiet(context) ? .open : .passing }
        while state == .open, bytes.readableBytes > 0 {
            switch look(at: bytes) {
            case .check(let check, let length):
                guard let reply = answer(check, in: bytes) else {
                    pass(&bytes, exactly: length)
                    break
                }
                bytes.moveReaderIndex(forwardBy: length)
                hasWritten = true
                context.write(wrapOutboundOut(reply), promise: nil)
            case .other(let length): pass(&bytes, exactly: length)
            case .unclear: state = .passing
            }
        }
        guard bytes.readableBytes > 0 else { return }
        hasPassed = true
        context.fireChannelRead(wrapInboundOut(bytes))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasWritten {
            hasWritten = false
            context.flush()
        }
        // Whoever has seen nothing of a read has no use for its end.
        guard hasPassed else { return }
        hasPassed = false
        context.fireChannelReadComplete()
    }

    func handlerRemoved(context: ChannelHandlerContext) { watch = nil }

    private func isServerQuiet(_ context: ChannelHandlerContext) -> Bool {
        if watch == nil { watch = try? context.pipeline.syncOperations.handler(type: ConnectionWatch.self) }
        return watch?.isQuiet ?? false
    }

    /// Lets a request pass; more than it alone, and where the next one begins is not known any more.
    private func pass(_ bytes: inout ByteBuffer, exactly length: Int) {
        state = bytes.readableBytes == length ? .awaitingAnswer : .passing
        lastLongWay = .now()
    }

    private struct Check {
        let kind: GateKind
        let bodyStart: Int
        let bodyCount: Int
    }

    private enum Look {
        case check(Check, length: Int)
        /// A whole request of another kind.
        case other(length: Int)
        /// Not a whole request, or one that takes care to read.
        case unclear
    }

    private func look(at bytes: ByteBuffer) -> Look {
        bytes.withUnsafeReadableBytes { raw in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return .unclear }
            var head = RequestHead()
            guard (try? head.read(base, raw.count, into: fields)) == true, head.minorVersion == 1,
                head.keepsAlive, !head.length.isChunked, !head.connection.upgrade, head.upgradeField == -1,
                !asksToContinue(base)
            else { return .unclear }
            let bodyCount = head.length.contentLength ?? 0
            guard bodyCount <= raw.count - head.count else { return .unclear }
            let length = head.count + bodyCount
            guard head.method == .post, let kind = kind(of: head, base) else { return .other(length: length) }
            return .check(Check(kind: kind, bodyStart: head.count, bodyCount: bodyCount), length: length)
        }
    }

    private func kind(of head: RequestHead, _ base: UnsafePointer<UInt8>) -> GateKind? {
        let target = base + head.targetStart
        switch head.targetEnd - head.targetStart {
        case 11 where memcmp(target, "/gate/check", 11) == 0: return .gate
        case 15 where memcmp(target, "/rollback/check", 15) == 0: return .rollback
        default: return nil
        }
    }

    private func asksToContinue(_ base: UnsafePointer<UInt8>) -> Bool {
        for index in 0..<fields.count where fields[index].nameCount == 6 {
            if equalsIgnoringCase(base + Int(fields[index].start), 6, "expect") { return true }
        }
        return false
    }

    private func answer(_ check: Check, in bytes: ByteBuffer) -> ByteBuffer? {
        guard NIODeadline.now() - lastLongWay < longWayInterval else { return nil }
        let isOpen = bytes.withUnsafeReadableBytes { raw in
            checks.answer(
                check.kind,
                body: UnsafeRawBufferPointer(
                    rebasing: raw[check.bodyStart..<check.bodyStart + check.bodyCount]))
        }
        return isOpen.map { $0 ? replies.approved : replies.forbidden }
    }
}
