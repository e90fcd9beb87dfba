import Crypto

/// The `traceparent` header of W3C Trace Context, version 00: one trace a rollout, one span a call.
enum TraceParent {
    /// The trace of a rollout: the same for a canary and revision in every life of the process.
    static func traceID(canary: String, namespace: String, checksum: String) -> String {
        let digest = SHA256.hash(data: Array("\(namespace)/\(canary)/\(checksum)".utf8))
        return digest.prefix(16).hexadecimal
    }

    /// A header; sampled, since whoever switched it on wants to see it.
    static func header(traceID: String, spanID: UInt64) -> String {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: max(spanID, 1) >> (56 - 8 * UInt64($0))) }
        return "00-\(traceID)-\(bytes.hexadecimal)-01"
    }
}
