/// What `Content-Length` and `Transfer-Encoding` say, each alone.
package struct MessageLength {
    package private(set) var contentLength: Int?
    package private(set) var isEncoded = false
    /// `Transfer-Encoding` ends with, or for requests is just, `chunked`.
    package private(set) var isChunked = false
    package private(set) var isOnlyChunked = false

    package init() {}

    /// A second length is refused even if it is the same: who reads which is a matter of chance.
    package mutating func addContentLength(_ base: UnsafePointer<UInt8>, _ count: Int) throws(MalformedHead) {
        guard contentLength == nil, count > 0, count <= 18 else { throw .contentLength }
        var value = 0
        for index in 0..<count {
            let digit = base[index] &- 0x30
            guard digit < 10 else { throw .contentLength }
            value = value &* 10 &+ Int(digit)
        }
        contentLength = value
    }

    package mutating func addTransferEncoding(_ base: UnsafePointer<UInt8>, _ count: Int)
        throws(MalformedHead)
    {
        // After "chunked" nothing may follow, and it may not come twice.
        guard !isChunked, count > 0 else { throw .transferEncoding }
        isOnlyChunked = !isEncoded && equalsIgnoringCase(base, count, "chunked")
        isEncoded = true
        forEachListMember(base, from: 0, to: count) { start, length in
            isChunked = equalsIgnoringCase(base + start, length, "chunked")
        }
    }
}
