import Foundation

/// Credentials that other resources name: Kubernetes' `v1` Secret.
///
/// Its description shows the keys and never a value, so that none gets into a log.
public struct SecretResource: Codable, Equatable, Sendable {
    /// The `apiVersion` of this resource.
    public static let apiVersion = "v1"
    /// The `kind` of this resource.
    public static let kind = "Secret"

    /// Always `v1` in a valid manifest.
    public var apiVersion: String
    /// Always `Secret` in a valid manifest.
    public var kind: String
    /// Name and namespace.
    public var metadata: ObjectMeta
    /// What the secret is for; nothing depends on it here.
    public var type: String?
    /// Whether Kubernetes refuses changes.
    public var immutable: Bool?
    /// Values in base64, by key.
    public var data: [String: String]?
    /// Values as they are, by key; they win over `data`.
    public var stringData: [String: String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case apiVersion, kind, metadata, type, immutable, data, stringData
    }

    /// The values by key, decoded; what is no base64 or no text is left out.
    public var values: [String: String] {
        let decoded = (data ?? [:]).compactMapValues(Self.decode)
        return decoded.merging(stringData ?? [:]) { $1 }
    }

    /// The text behind a value of `data`; nil when it is no base64 of UTF-8.
    static func decode(_ text: String) -> String? {
        Data(base64Encoded: text, options: .ignoreUnknownCharacters).flatMap {
            text.allSatisfy(isBase64) ? String(validating: $0, as: UTF8.self) : nil
        }
    }

    private static func isBase64(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "+/=\n\r ".contains(character))
    }
}

extension SecretResource: CustomStringConvertible, CustomDebugStringConvertible {
    /// Name and keys.
    public var description: String {
        "Secret \(metadata.name).\(metadata.namespace) with \(values.keys.sorted().joined(separator: ", "))"
    }

    /// The same: no way of printing shows a value.
    public var debugDescription: String { description }
}
