import NIOCore
import NIOHPACK
import NIOHTTP2

/// A stream of one connection.
struct StreamEnd {
    let link: HTTP2Link
    let stream: HTTP2StreamID
}

/// One direction of a call's body, on its way from one connection to the other.
///
/// The source's window is given back only for what the destination's socket has taken, so that no more than
/// a window of it is ever held, however slow the reader. Few writes are under way at a time and what arrives
/// meanwhile is joined, so that many small frames take no more room than a large one.
final class BodyFlow {
    /// The window of each stream.
    static let window = 65_535
    /// How much is written before word is waited for that it has left.
    private static let (mostUnconfirmedBytes, mostUnconfirmedFrames) = (16 << 10, 64)
    /// How much of a request is kept for another try.
    private static let mostKeptBytes = 16 << 10

    /// Called when bytes have left.
    var advanced: (() -> Void)?
    /// Where the windows are given back to; nil when no more can come.
    var source: StreamEnd?
    /// The source has ended the body.
    private(set) var isEnded = false
    /// All has been handed to the destination.
    private var isFinished = false
    /// All has left for the destination, as far as its window can have mattered.
    private(set) var isSent = false
    private var destination: StreamEnd?
    private var trailers: HPACKHeaders?
    private var lastWritten: (() -> Void)?
    private var pending = ByteBuffer()
    private var kept: ByteBuffer?
    private var isDiscarded = false
    private var isConfirming = false
    /// Voids the confirmations of earlier destinations.
    private var attempt = 0
    /// Positions in the body: arrived, handed to the destination, surely gone from there, given back.
    private var (accepted, handed, confirmed, credited) = (0, 0, 0, 0)
    private var unconfirmedFrames = 0
    private var padding = 0

    init(keepsForAnotherTry: Bool) {
        if keepsForAnotherTry { kept = ByteBuffer() }
    }

    /// What the proxy itself holds.
    var held: Int {
        pending.readableBytes + (kept?.readableBytes ?? 0) + (isConfirming ? handed - confirmed : 0)
    }

    /// The destination takes less than there is.
    var isBlocked: Bool { isConfirming || destination != nil && pending.readableBytes > 0 }
    var isEmpty: Bool { accepted == 0 && trailers == nil }
    /// All of it is still at hand.
    var canSendAgain: Bool { kept != nil || handed == 0 }

    /// Takes a part of the body, which narrowed the source's window by `size`.
    func accept(_ bytes: ByteBuffer, size: Int) {
        guard !isDiscarded else { return }
        padding += size - bytes.readableBytes
        accepted += bytes.readableBytes
        if kept != nil {
            kept?.writeImmutableBuffer(bytes)
            if kept?.readableBytes ?? 0 > Self.mostKeptBytes { kept = nil }
        }
        append(bytes)
        advance()
        giveBack()
    }

    private func append(_ bytes: ByteBuffer) {
        // A small part must not keep the large buffer alive that it was read into.
        let isSmallPart = bytes.storageCapacity > 4 * bytes.readableBytes + 1024
        if pending.readableBytes == 0, !isSmallPart {
            pending = bytes
        } else {
            pending.writeImmutableBuffer(bytes)
        }
    }

    /// The body is complete; `lastWritten` is called once all has left.
    func end(_ trailers: HPACKHeaders?, lastWritten: (() -> Void)? = nil) {
        guard !isEnded else { return }
        isEnded = true
        guard !isDiscarded else { return }
        self.trailers = trailers
        self.lastWritten = lastWritten
        source = nil
        advance()
    }

    /// Sends to a stream from now on, from the beginning; `isHeadAll` when its head has ended it already.
    func attach(_ destination: StreamEnd, isHeadAll: Bool) {
        if handed > 0, let kept { pending = kept }
        attempt += 1
        self.destination = destination
        (handed, confirmed, unconfirmedFrames) = (0, 0, 0)
        isConfirming = false
        isFinished = isHeadAll
        isSent = isHeadAll
        advance()
    }

    /// Sends nothing for the time being.
    func detach() {
        destination = nil
        isConfirming = false
    }

    func forgetKept() { kept = nil }

    /// Drops what there is and what comes.
    func discard() {
        isDiscarded = true
        detach()
        source = nil
        (pending, kept, trailers, lastWritten, advanced) = (ByteBuffer(), nil, nil, nil, nil)
    }

    private func advance() {
        guard let destination, !isFinished else { return }
        if pending.readableBytes > 0 {
            guard !isConfirming else { return }
            let part = pending
            pending = ByteBuffer()
            isFinished = isEnded && trailers == nil
            write(part, to: destination)
        }
        guard isEnded, !isFinished else { return }
        isFinished = true
        if let trailers {
            finish(.headers(.init(headers: trailers, endStream: true)), destination)
        } else {
            finish(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), destination)
        }
    }

    private func write(_ part: ByteBuffer, to destination: StreamEnd) {
        handed += part.readableBytes
        unconfirmedFrames += 1
        let payload = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(part), endStream: isFinished))
        if isFinished { return finish(payload, destination) }
        guard
            handed - confirmed >= Self.mostUnconfirmedBytes || unconfirmedFrames >= Self.mostUnconfirmedFrames
        else { return destination.link.write(payload, on: destination.stream) }
        isConfirming = true
        let (position, attempt) = (handed, attempt)
        destination.link.write(payload, on: destination.stream) { hasLeft in
            if hasLeft, attempt == self.attempt, self.destination != nil { self.confirm(position) }
        }
    }

    private func finish(_ payload: HTTP2Frame.FramePayload, _ destination: StreamEnd) {
        guard lastWritten != nil || handed > Self.mostUnconfirmedBytes else {
            isSent = true
            return destination.link.write(payload, on: destination.stream)
        }
        let (lastWritten, attempt) = (lastWritten, attempt)
        destination.link.write(payload, on: destination.stream) { hasLeft in
            guard hasLeft, attempt == self.attempt else { return }
            self.isSent = true
            lastWritten?()
        }
    }

    private func confirm(_ position: Int) {
        confirmed = position
        unconfirmedFrames = 0
        isConfirming = false
        advance()
        giveBack()
        advanced?()
    }

    /// Widens the source's window again by what has left, when that is worth a frame.
    private func giveBack() {
        let due = max(0, confirmed - credited) + padding
        guard let source, due >= Self.window / 2 else { return }
        credited = max(credited, confirmed)
        padding = 0
        source.link.write(.windowUpdate(windowSizeIncrement: due), on: source.stream)
    }
}
