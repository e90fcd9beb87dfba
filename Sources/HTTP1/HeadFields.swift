/// One header field, as offsets into the bytes of its head.
package struct HeadField {
    package var start: Int32
    package var nameCount: Int32
    package var valueStart: Int32
    package var valueEnd: Int32
    package var end: Int32
    package var name: FieldName
    /// Set when the field is not to be passed on.
    package var isDropped = false
}

/// Why a head was refused.
package enum MalformedHead: Error, Equatable {
    case requestLine, target, version, fieldName, fieldValue, tooManyFields
    case host, contentLength, transferEncoding, ambiguousLength, statusLine
}

/// The header fields of the head that is being worked on. Its room is fixed and used again for each
/// head, so that reading one allocates nothing.
package final class HeadFields {
    package static let most = 128

    @usableFromInline let storage = UnsafeMutableBufferPointer<HeadField>.allocate(capacity: HeadFields.most)
    package private(set) var count = 0

    package init() {}

    deinit { storage.deallocate() }

    @inlinable @inline(__always)
    package subscript(_ index: Int) -> HeadField {
        get { storage[index] }
        _modify { yield &storage[index] }
    }

    /// Reads fields up to and including the empty line that ends them.
    ///
    /// - Returns: the offset after the empty line, or nil while it has not arrived.
    package func read(_ base: UnsafePointer<UInt8>, from: Int, to end: Int) throws(MalformedHead) -> Int? {
        count = 0
        var index = from
        while index < end {
            if base[index] == 0x0D {
                guard index + 1 < end else { return nil }
                guard base[index + 1] == 0x0A else { throw .fieldName }
                return index + 2
            }
            guard let next = try readLine(base, from: index, to: end) else { return nil }
            index = next
        }
        return nil
    }

    /// Strict: no space before the colon, no folded lines, no bare line feeds, no control characters.
    @inline(__always)
    private func readLine(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) throws(MalformedHead)
        -> Int?
    {
        var index = start
        while index < end, isTokenByte(base[index]) { index += 1 }
        guard index < end else { return nil }
        guard base[index] == UInt8(ascii: ":"), index > start else { throw .fieldName }
        let nameCount = index - start
        index += 1
        while index < end, base[index] == 0x20 || base[index] == 0x09 { index += 1 }
        let valueStart = index
        index = endOfFieldText(base, from: index, to: end)
        guard index < end else { return nil }
        guard base[index] == 0x0D else { throw .fieldValue }
        guard index + 1 < end else { return nil }
        guard base[index + 1] == 0x0A else { throw .fieldValue }
        var valueEnd = index
        while valueEnd > valueStart, base[valueEnd - 1] == 0x20 || base[valueEnd - 1] == 0x09 {
            valueEnd -= 1
        }
        guard count < Self.most else { throw .tooManyFields }
        storage.initializeElement(
            at: count,
            to: HeadField(
                start: Int32(truncatingIfNeeded: start), nameCount: Int32(truncatingIfNeeded: nameCount),
                valueStart: Int32(truncatingIfNeeded: valueStart),
                valueEnd: Int32(truncatingIfNeeded: valueEnd),
                end: Int32(truncatingIfNeeded: index + 2), name: FieldName(base + start, nameCount)))
        count += 1
        return index + 2
    }
}
