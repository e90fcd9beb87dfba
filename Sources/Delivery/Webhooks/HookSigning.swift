import Crypto
import Foundation

/// Signs webhooks as the Standard Webhooks specification says: `webhook-id`, `webhook-timestamp` and
/// `webhook-signature: v1,…`, the HMAC-SHA256 of `id.timestamp.body`.
///
/// A secret is `whsec_` and 24 to 64 bytes in base64. Several, separated by spaces or lines, give as many signatures,
/// so that a secret can be replaced without a moment in which receivers refuse.
public struct HookSigning: Sendable {
    /// The key of the Secret that holds it.
    public static let secretKey = "secret"
    private static let prefix = "whsec_"

    private let keys: [SymmetricKey]

    /// Reads secrets.
    ///
    /// - Throws: `DeliveryError.credentials`, without the text.
    public init(_ text: String) throws {
        keys = try text.split(whereSeparator: \.isWhitespace).map { secret in
            let bytes = Data(base64Encoded: String(secret.dropFirst(Self.prefix.count)))
            guard secret.hasPrefix(Self.prefix), let bytes, (24...64).contains(bytes.count) else {
                throw DeliveryError.credentials(
                    "the webhook secret is not `whsec_` and 24 to 64 bytes in base64 "
                        + "(make one: echo whsec_$(openssl rand -base64 32))")
            }
            return SymmetricKey(data: bytes)
        }
        guard !keys.isEmpty else { throw DeliveryError.credentials("the webhook secret is empty") }
    }

    /// The headers that go with a body.
    ///
    /// - Parameters:
    ///   - id: the message's; the same on every try.
    ///   - timestamp: the try's, in whole seconds since the Unix epoch.
    func headers(id: String, timestamp: Int, body: some DataProtocol) -> [(name: String, value: String)] {
        var signed = Data("\(id).\(timestamp).".utf8)
        signed.append(contentsOf: body)
        let signatures = keys.map { key in
            "v1," + Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
        }
        return [
            ("webhook-id", id), ("webhook-timestamp", "\(timestamp)"),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }
}
