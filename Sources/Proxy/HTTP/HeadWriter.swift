import HTTP1
import NIOCore

/// Writes a head straight into a buffer's room.
struct HeadWriter {
    private let target: UnsafeMutableRawPointer
    private(set) var count = 0

    init(_ room: UnsafeMutableRawBufferPointer) {
        // A buffer with room for at least one byte always has an address.
        target = room.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
    }

    @inline(__always)
    mutating func append(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
        guard end > start else { return }
        (target + count).copyMemory(from: base + start, byteCount: end - start)
        count += end - start
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        (target + count).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        count += text.utf8CodeUnitCount
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            (target + count).copyMemory(from: base, byteCount: source.count)
        }
        count += bytes.count
    }

    /// Copies every field that is not dropped, neighbours in one go.
    @inline(__always)
    mutating func append(_ fields: HeadFields, of base: UnsafePointer<UInt8>, from: Int, to end: Int) {
        var start = from
        for index in 0..<fields.count where fields[index].isDropped {
            append(base, start, Int(fields[index].start))
            start = Int(fields[index].end)
        }
        append(base, start, end)
    }
}
