/// A small random number generator whose whole sequence follows from its seed; not for secrets.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
@frozen
public struct SplitMix64: RandomNumberGenerator, Sendable {
    /// What the sequence was started with; a test that fails prints it.
    public let seed: UInt64
    @usableFromInline var state: UInt64

    /// Starts a sequence, by default one that nobody knows in advance.
    @inlinable
    public init(seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
        state = seed
    }

    /// The next number of the sequence.
    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
