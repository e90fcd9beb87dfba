import NIOHPACK

extension HPACKHeaders {
    /// The size as HTTP/2 counts it.
    var size: Int { reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 } }

    /// Whether it can be sent, with some more bytes: NIO does not cut a head into several frames, and larger
    /// ones than this need not be taken.
    func fitsFrame(adding bytes: Int = 0) -> Bool {
        let most = 1 << 14
        // NIO uses Huffman's code always, which takes at most 30 bits for a byte.
        let size = size + bytes
        if size <= most / 4 { return true }
        let unusual = reduce(0) { $0 + Self.unusualBytes($1.name) + Self.unusualBytes($1.value) }
        return size + 3 * unusual <= most
    }

    /// How many bytes the code does not shorten.
    private static func unusualBytes(_ text: String) -> Int {
        text.utf8.reduce(0) { count, byte in
            switch byte {
            case 0x20, 0x25, 0x26, 0x2A, 0x2C...0x3B, 0x3D, 0x41...0x5A, 0x5F, 0x61...0x7A: count
            default: count + 1
            }
        }
    }
}
