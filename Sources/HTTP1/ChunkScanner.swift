/// A chunked body broke the rules.
package struct MalformedChunk: Error, Equatable {}

/// Follows the framing of a chunked body without copying it.
///
/// It is as strict as the framing allows, so that everyone behind the proxy sees the body end at the
/// same byte: no spaces around sizes, no bare line feeds, no sizes beyond 15 digits, bounded trailers.
package struct ChunkScanner {
    private enum State {
        case sizeStart, size, `extension`, sizeLineFeed, data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed, complete
    }

    private static let mostOverhead = 16 * 1024

    private var state = State.sizeStart
    private var size = 0
    private var digits = 0
    /// Bytes of the present chunk extension, or of all trailers.
    private var overhead = 0

    package init() {}

    /// Bytes of data so far, their framing left out.
    package private(set) var dataBytes = 0

    package var isComplete: Bool { state == .complete }

    /// Takes what belongs to the body from the front of `bytes`.
    ///
    /// - Returns: how many bytes that is.
    package mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(MalformedChunk) -> Int {
        var index = 0
        while index < bytes.count, state != .complete {
            if state == .data {
                let count = min(size, bytes.count - index)
                size -= count
                dataBytes += count
                index += count
                if size == 0 { state = .dataReturn }
            } else {
                state = try next(after: bytes[index])
                index += 1
            }
        }
        return index
    }

    private mutating func next(after byte: UInt8) throws(MalformedChunk) -> State {
        switch state {
        case .sizeStart, .size: return try sizeByte(byte)
        case .extension: return try text(byte, within: .extension, then: .sizeLineFeed)
        case .sizeLineFeed:
            guard byte == 0x0A else { throw MalformedChunk() }
            overhead = 0
            return size == 0 ? .trailerStart : .data
        case .dataReturn: return try expect(0x0D, byte, then: .dataLineFeed)
        case .dataLineFeed:
            digits = 0
            return try expect(0x0A, byte, then: .sizeStart)
        case .trailerStart:
            if byte == 0x0D { return .lastLineFeed }
            guard isTokenByte(byte) else { throw MalformedChunk() }
            return .trailerName
        case .trailerName:
            if byte == UInt8(ascii: ":") { return .trailerValue }
            guard isTokenByte(byte) else { throw MalformedChunk() }
            try countOverhead()
            return .trailerName
        case .trailerValue: return try text(byte, within: .trailerValue, then: .trailerLineFeed)
        case .trailerLineFeed: return try expect(0x0A, byte, then: .trailerStart)
        case .lastLineFeed: return try expect(0x0A, byte, then: .complete)
        case .data, .complete: return state
        }
    }

    private mutating func sizeByte(_ byte: UInt8) throws(MalformedChunk) -> State {
        let digit: UInt8
        switch byte {
        case 0x30...0x39: digit = byte - 0x30
        case 0x41...0x46: digit = byte - 0x41 + 10
        case 0x61...0x66: digit = byte - 0x61 + 10
        case 0x0D where state == .size: return .sizeLineFeed
        case UInt8(ascii: ";") where state == .size: return .extension
        default: throw MalformedChunk()
        }
        digits += 1
        guard digits <= 15 else { throw MalformedChunk() }
        size = size << 4 | Int(digit)
        return .size
    }

    private mutating func text(_ byte: UInt8, within: State, then: State) throws(MalformedChunk) -> State {
        if byte == 0x0D { return then }
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw MalformedChunk() }
        try countOverhead()
        return within
    }

    private mutating func countOverhead() throws(MalformedChunk) {
        overhead += 1
        guard overhead <= Self.mostOverhead else { throw MalformedChunk() }
    }

    private func expect(_ expected: UInt8, _ byte: UInt8, then: State) throws(MalformedChunk) -> State {
        guard byte == expected else { throw MalformedChunk() }
        return then
    }
}
