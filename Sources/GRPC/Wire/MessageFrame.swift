public import NIOCore

/// A message on the wire: a flag for compression, its length in four bytes, its bytes.
public enum MessageFrame {
    /// Frames a message that is not compressed.
    public static func encode(_ message: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(message.count + 5)
        buffer.writeInteger(UInt8(0))
        buffer.writeInteger(UInt32(message.count))
        buffer.writeBytes(message)
        return buffer
    }
}

/// Takes messages out of a stream of bytes that comes in any pieces.
public struct MessageFrameReader: Sendable {
    /// Why the bytes are no messages.
    public enum Trouble: Error, Sendable, Equatable {
        /// A message is longer than the limit, in bytes.
        case tooLong(Int)
        /// A message is compressed, which was not asked for.
        case compressed
    }

    private var buffer = ByteBuffer()
    private var skipped = 0
    private let limit: Int
    private let keepsMessages: Bool
    /// Messages that were complete.
    public private(set) var count = 0

    /// - Parameters:
    ///   - limit: bytes a message may have.
    ///   - keepsMessages: false drops the messages' bytes as they come.
    public init(limit: Int, keepsMessages: Bool = true) {
        self.limit = limit
        self.keepsMessages = keepsMessages
    }

    /// Whether the bytes so far end with a whole message.
    public var isBetweenMessages: Bool { skipped == 0 && buffer.readableBytes == 0 }

    /// Adds bytes and returns the messages they complete; empty ones when messages aren't kept.
    ///
    /// - Throws: `Trouble`; the reader is of no use afterwards.
    public mutating func append(_ bytes: ByteBuffer) throws(Trouble) -> [[UInt8]] {
        var bytes = bytes
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
        var messages: [[UInt8]] = []
        while true {
            if skipped > 0 {
                let step = min(skipped, buffer.readableBytes)
                buffer.moveReaderIndex(forwardBy: step)
                skipped -= step
                guard skipped == 0 else { break }
                count += 1
                messages.append([])
            }
            guard let flag: UInt8 = buffer.getInteger(at: buffer.readerIndex),
                let length: UInt32 = buffer.getInteger(at: buffer.readerIndex + 1)
            else { break }
            guard flag == 0 else { throw .compressed }
            guard length <= limit else { throw .tooLong(Int(length)) }
            if keepsMessages {
                guard buffer.readableBytes >= 5 + Int(length) else { break }
                buffer.moveReaderIndex(forwardBy: 5)
                messages.append(buffer.readBytes(length: Int(length)) ?? [])
                count += 1
            } else {
                buffer.moveReaderIndex(forwardBy: 5)
                skipped = Int(length)
                if skipped == 0 {
                    count += 1
                    messages.append([])
                }
            }
        }
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
        return messages
    }
}
