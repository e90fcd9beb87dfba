/// Whether a byte may stand in a token: a method or a field name.
@inlinable @inline(__always)
package func isTokenByte(_ byte: UInt8) -> Bool {
    // Bit maps of "!#$%&'*+-.0-9" and "A-Z^_`a-z|~".
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    guard byte < 128 else { return false }
    let word = byte < 64 ? low : high
    return (word >> UInt64(byte & 63)) & 1 == 1
}

/// Whether a byte may stand in the name of a host with its port.
@inlinable @inline(__always)
package func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, 0x2C, 0x2F, 0x3F, 0x23, 0x40, 0x5C: false  // space , / ? # @ \
    default: true
    }
}

/// The offset of the first control character other than a tab, or `end`.
@inlinable @inline(__always)
package func endOfFieldText(_ base: UnsafePointer<UInt8>, from: Int, to end: Int) -> Int {
    var index = from
    let raw = UnsafeRawPointer(base)
    while true {
        while index + 8 <= end {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // A byte's high bit is set where it is below 0x20, or is 0x7F.
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            let flipped = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let delete = (flipped &- 0x0101_0101_0101_0101) & ~flipped
            let found = (low | delete) & 0x8080_8080_8080_8080
            guard found == 0 else {
                index += found.trailingZeroBitCount >> 3
                break
            }
            index += 8
        }
        while index < end, base[index] >= 0x20, base[index] != 0x7F { index += 1 }
        guard index < end, base[index] == 0x09 else { return index }
        index += 1
    }
}

/// Whether the bytes are `text`, which is lower-case, letter case aside.
@inlinable @inline(__always)
package func equalsIgnoringCase(_ base: UnsafePointer<UInt8>, _ count: Int, _ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    let other = text.utf8Start
    for index in 0..<count {
        let byte = base[index]
        let lowered = byte &- 0x41 < 26 ? byte | 0x20 : byte
        if lowered != other[index] { return false }
    }
    return true
}

/// Whether the bytes are `text`, which is lower-case, letter case aside.
package func equalsIgnoringCase(_ base: UnsafePointer<UInt8>, _ count: Int, _ text: [UInt8]) -> Bool {
    guard count == text.count else { return false }
    for index in 0..<count {
        let byte = base[index]
        let lowered = byte &- 0x41 < 26 ? byte | 0x20 : byte
        if lowered != text[index] { return false }
    }
    return true
}
