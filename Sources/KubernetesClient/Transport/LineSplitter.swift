import NIOCore

/// Cuts a stream of bytes into lines.
struct LineSplitter {
    private var buffer = ByteBuffer()
    /// How many bytes of the buffer are known to hold no end of line.
    private var searched = 0
    private let longest: Int

    /// - Parameter longest: the longest line in bytes.
    init(longest: Int) { self.longest = longest }

    /// Whether bytes are left that no line feed has ended.
    var hasRest: Bool { buffer.readableBytes > 0 }

    mutating func append(_ part: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = part
            searched = 0
        } else {
            // What was cut off already must not pile up in front.
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(part)
        }
    }

    /// The next complete line without its line feed; nil until more bytes have come.
    ///
    /// - Throws: ``KubernetesError/unreadable(_:)`` when the line is too long.
    mutating func next() throws(KubernetesError) -> ByteBuffer? {
        let view = buffer.readableBytesView
        let unsearched = view.dropFirst(searched)
        guard let end = unsearched.firstIndex(of: UInt8(ascii: "\n")) else {
            searched = view.count
            if searched > longest { throw .unreadable("an event of a watch is longer than \(longest) bytes") }
            return nil
        }
        let length = end - view.startIndex
        if length > longest { throw .unreadable("an event of a watch is longer than \(longest) bytes") }
        let line = buffer.readSlice(length: length)
        buffer.moveReaderIndex(forwardBy: 1)
        searched = 0
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
        return line
    }
}
