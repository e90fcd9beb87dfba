import Crypto
import Foundation
import JSON

/// The checksum of a ConfigMap's or Secret's data: the peer's own, so that what it has seen counts as seen.
enum ConfigurationChecksum {
    /// The first eight bytes of the SHA-256 of the data's JSON, in hexadecimal. Binary data, which the peer overlooks,
    /// counts where there is some.
    static func of(_ object: JSONValue) -> String {
        var text = object["data"]?.strings.map(GoJSON.object) ?? "null"
        if let binary = object["binaryData"]?.strings, !binary.isEmpty { text += GoJSON.object(binary) }
        return SHA256.hash(data: Data(text.utf8)).prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }
}
