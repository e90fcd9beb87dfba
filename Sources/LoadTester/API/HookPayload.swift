public import Foundation

/// The JSON body of a hook: which canary asks, in which phase, and what for.
public struct HookPayload: Sendable, Hashable {
    /// The name of the canary.
    public var name: String
    /// The namespace of the canary.
    public var namespace: String
    /// The phase of its rollout.
    public var phase: String
    /// Identifies the revision.
    public var checksum: String
    /// Why a gate is moved; also read from `metadata.reason`.
    public var reason: String
    /// The hook's own settings.
    public var metadata: [String: String]

    /// Creates a payload; everything not given is empty.
    public init(
        name: String = "", namespace: String = "", phase: String = "", checksum: String = "",
        reason: String = "", metadata: [String: String] = [:]
    ) {
        self.name = name
        self.namespace = namespace
        self.phase = phase
        self.checksum = checksum
        self.reason = reason
        self.metadata = metadata
    }

    /// Reads a payload: unknown fields are ignored, known ones must have their type, `null` is empty.
    ///
    /// - Throws: ``LoadTesterError/payloadUnreadable(reason:)``, which names the field.
    public init(json data: Data) throws {
        guard !data.isEmpty else {
            throw LoadTesterError.payloadUnreadable(
                reason: #"the request body is empty: send JSON such as {"name":"podinfo","namespace":"test"}"#
            )
        }
        do {
            self = try JSONDecoder().decode(HookPayload?.self, from: data) ?? HookPayload()
            try requireShortNames()
        } catch let error as LoadTesterError {
            throw error
        } catch let error as DecodingError {
            throw LoadTesterError.payloadUnreadable(reason: Self.reason(error))
        } catch {
            throw LoadTesterError.payloadUnreadable(reason: "the request body is not valid JSON: \(error)")
        }
    }

    /// Names are kept in memory and in the database, so none may be as long as a whole body.
    private func requireShortNames() throws {
        let limits = [
            ("name", name, 253), ("namespace", namespace, 253), ("phase", phase, 253),
            ("checksum", checksum, 253), ("reason", reason, 4096),
        ]
        for (field, value, limit) in limits where value.utf8.count > limit {
            throw LoadTesterError.payloadUnreadable(
                reason: "\(field) is longer than \(limit) bytes: shorten it")
        }
        for (field, value, _) in limits.dropLast() { try Self.requirePlain(field, value) }
    }

    /// Refuses control characters: a name with one would be cut off at a NUL on its way into the database,
    /// or break a line of the log.
    static func requirePlain(_ field: String, _ value: String) throws {
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw LoadTesterError.payloadUnreadable(
                reason: "\(field) holds a control character: remove it")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        guard case .typeMismatch(_, let context) = error else {
            return "the request body is not valid JSON"
        }
        let field = context.codingPath.map(\.stringValue).joined(separator: ".")
        switch field {
        case "": return "the request body must be a JSON object"
        case "metadata": return "metadata must be an object whose values are strings"
        default: return "\(field) must be a string: put its value in quotes"
        }
    }
}

extension HookPayload: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, namespace, phase, checksum, reason, metadata
    }

    /// Decodes a payload; a missing or null field is empty.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String {
            try fields.decodeIfPresent(String.self, forKey: key) ?? ""
        }
        self.init(
            name: try text(.name), namespace: try text(.namespace), phase: try text(.phase),
            checksum: try text(.checksum), reason: try text(.reason),
            metadata: try fields.decodeIfPresent([String: String?].self, forKey: .metadata)?
                .mapValues { $0 ?? "" } ?? [:])
    }
}
