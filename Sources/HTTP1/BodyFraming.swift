/// How much of a message's body is still to come.
package enum BodyFraming {
    case none
    case length(Int)
    case chunked(ChunkScanner)
    case untilClose

    package var isComplete: Bool {
        switch self {
        case .none: true
        case .length(let left): left == 0
        case .chunked(let scanner): scanner.isComplete
        case .untilClose: false
        }
    }

    /// Takes what belongs to the body from the front of `bytes`.
    ///
    /// - Returns: how many bytes that is.
    package mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(MalformedChunk) -> Int {
        switch self {
        case .none: return 0
        case .untilClose: return bytes.count
        case .length(let left):
            let count = min(left, bytes.count)
            self = .length(left - count)
            return count
        case .chunked(var scanner):
            let count = try scanner.consume(bytes)
            self = .chunked(scanner)
            return count
        }
    }
}
