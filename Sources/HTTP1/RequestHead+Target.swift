extension RequestHead {
    /// Takes the target apart: a path, `*`, or a whole URL, whose authority then stands in for `Host`
    /// (RFC 9112, 3.2.2), for those who choose by it as well.
    mutating func interpretTarget(_ base: UnsafePointer<UInt8>, _ fields: HeadFields) throws(MalformedHead) {
        let count = targetEnd - targetStart
        let first = base[targetStart]
        if first == UInt8(ascii: "/") || first == UInt8(ascii: "*") && count == 1 || method == .connect {
            return
        }
        guard let found = absoluteAuthority(base) else { throw .target }
        guard !found.isEmpty, found.allSatisfy({ isHostByte(base[$0]) }) else { throw .host }
        authority = found
        guard hostField >= 0 else { return }
        fields[hostField].valueStart = Int32(truncatingIfNeeded: found.lowerBound)
        fields[hostField].valueEnd = Int32(truncatingIfNeeded: found.upperBound)
    }

    /// The authority in a target like `http://authority/path`; nil for all other forms.
    private func absoluteAuthority(_ base: UnsafePointer<UInt8>) -> Range<Int>? {
        let start: Int
        if targetEnd - targetStart >= 7, equalsIgnoringCase(base + targetStart, 7, "http://") {
            start = targetStart + 7
        } else if targetEnd - targetStart >= 8, equalsIgnoringCase(base + targetStart, 8, "https://") {
            start = targetStart + 8
        } else {
            return nil
        }
        var end = start
        while end < targetEnd, base[end] != UInt8(ascii: "/"), base[end] != UInt8(ascii: "?") { end += 1 }
        return start..<end
    }
}
