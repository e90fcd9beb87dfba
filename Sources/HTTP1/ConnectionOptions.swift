/// What the `Connection` fields of a head say.
package struct ConnectionOptions: Equatable {
    package var close = false
    package var keepAlive = false
    package var upgrade = false
    /// Names other fields that must not be passed on.
    package var namesFields = false

    package init() {}

    /// Adds the options of one field's value.
    package mutating func add(_ base: UnsafePointer<UInt8>, from: Int, to end: Int) {
        forEachListMember(base, from: from, to: end) { start, count in
            if equalsIgnoringCase(base + start, count, "keep-alive") {
                keepAlive = true
            } else if equalsIgnoringCase(base + start, count, "close") {
                close = true
            } else if equalsIgnoringCase(base + start, count, "upgrade") {
                upgrade = true
            } else {
                namesFields = true
            }
        }
    }
}

/// Calls `body` with the place of each member of a comma-separated list, spaces around it left out.
@inlinable @inline(__always)
package func forEachListMember(
    _ base: UnsafePointer<UInt8>, from: Int, to end: Int, _ body: (_ start: Int, _ count: Int) -> Void
) {
    var index = from
    while index < end {
        while index < end, base[index] == 0x20 || base[index] == 0x09 || base[index] == 0x2C { index += 1 }
        let start = index
        while index < end, base[index] != 0x2C { index += 1 }
        var last = index
        while last > start, base[last - 1] == 0x20 || base[last - 1] == 0x09 { last -= 1 }
        if last > start { body(start, last - start) }
    }
}

extension HeadFields {
    /// Marks the fields that `Connection` names, but not those that other rules decide about.
    package func dropFieldsNamedByConnection(_ base: UnsafePointer<UInt8>) {
        for index in 0..<count where self[index].name == .connection {
            forEachListMember(base, from: Int(self[index].valueStart), to: Int(self[index].valueEnd)) {
                start, count in
                drop(base, named: base + start, count)
            }
        }
    }

    private func drop(_ base: UnsafePointer<UInt8>, named name: UnsafePointer<UInt8>, _ nameCount: Int) {
        for index in 0..<count where Int(self[index].nameCount) == nameCount {
            switch self[index].name {
            case .host, .contentLength, .transferEncoding, .upgrade, .cookie: continue
            default: break
            }
            let field = base + Int(self[index].start)
            if (0..<nameCount).allSatisfy({ field[$0] | 0x20 == name[$0] | 0x20 }) {
                self[index].isDropped = true
            }
        }
    }
}
