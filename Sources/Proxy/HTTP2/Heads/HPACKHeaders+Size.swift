import NIOHPACK

extension HPACKHeaders {
    /// The size as HTTP/2 counts it, which is not less than that on the wire.
    var size: Int { reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 } }

    /// Whether it can be sent: NIO does not cut a head into several frames, and larger ones than this need
    /// not be taken.
    var fitsFrame: Bool { size <= 1 << 14 }
}
