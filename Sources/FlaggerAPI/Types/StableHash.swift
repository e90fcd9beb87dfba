import Foundation

/// A short fingerprint of a value that is the same on every machine, in every run and version.
///
/// FNV-1a (64 bits) over the value's JSON with sorted keys, folded to 50 bits and written as ten
/// characters of `0-9a-v`. It tells revisions apart; it does not withstand someone who searches for
/// two values with one fingerprint.
public enum StableHash {
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuv".utf8)
    private static let length = 10

    /// The fingerprint of a value's JSON; the order of dictionary keys makes no difference.
    ///
    /// - Throws: `EncodingError` when the value has no JSON (a NaN, for example).
    public static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return of(bytes: try encoder.encode(value))
    }

    /// The fingerprint of a sequence of bytes.
    public static func of(bytes: some Sequence<UInt8>) -> String {
        let hash = fnv1a(bytes)
        let bits = length * 5
        let folded = (hash >> bits) ^ (hash & ((1 << bits) - 1))
        let characters = (0..<length).map { alphabet[Int(folded >> (5 * (length - 1 - $0))) & 31] }
        return String(decoding: characters, as: UTF8.self)
    }

    static func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
