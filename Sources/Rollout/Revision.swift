/// What a target looks like at one moment: its specification and the configuration it tracks, as hashes.
public struct Revision: Hashable, Sendable {
    /// Hash of the target's specification.
    public var spec: String
    /// Hash of the tracked configuration; empty when nothing is tracked.
    public var configuration: String

    /// Makes a revision of two hashes.
    public init(spec: String, configuration: String = "") {
        self.spec = spec
        self.configuration = configuration
    }
}
