import JSON
import NIOHTTP1

/// One request of the API server, before it is bound to a cluster.
struct APIRequest: Sendable {
    var method = HTTPMethod.GET
    /// The path's segments, not encoded.
    var segments: [String]
    var query: [(name: String, value: String)] = []
    var body: JSONValue?
    var contentType = "application/json"
    /// What is being done, for messages: `get Deployment podinfo.test`.
    var purpose: String

    /// The path and query, encoded.
    ///
    /// - Throws: ``KubernetesError/invalid(_:)`` for a name that would lead to another path.
    func target() throws(KubernetesError) -> String {
        var text = ""
        for segment in segments {
            guard !segment.isEmpty, segment != ".", segment != "..", !segment.contains("/"),
                !segment.contains("%")
            else {
                throw .invalid("\(purpose): '\(segment)' can't be the name of an object or kind")
            }
            text += "/" + Self.encode(segment)
        }
        for (position, item) in query.enumerated() {
            text += (position == 0 ? "?" : "&") + "\(Self.encode(item.name))=\(Self.encode(item.value))"
        }
        return text
    }

    /// RFC 3986, section 2.1: everything but unreserved characters.
    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}

extension ResourceType {
    /// The path's segments of the kind, or of one object of it.
    func path(in namespace: String?, name: String? = nil, subresource: String? = nil) -> [String] {
        var segments = group.isEmpty ? ["api", version] : ["apis", group, version]
        if isNamespaced, let namespace { segments += ["namespaces", namespace] }
        segments.append(plural)
        if let name { segments.append(name) }
        if let subresource { segments.append(subresource) }
        return segments
    }
}

extension Selector {
    var query: [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        if !labels.isEmpty { items.append(("labelSelector", labels)) }
        if !fields.isEmpty { items.append(("fieldSelector", fields)) }
        return items
    }
}
