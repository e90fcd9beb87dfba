import FlaggerAPI
public import Rollout

extension Revision {
    /// What payloads and gates know a revision by: a stable hash of tracked configuration and specification,
    /// different exactly when they are.
    public var checksum: String { StableHash.of(bytes: Array("\(spec)\n\(configuration)".utf8)) }
}
