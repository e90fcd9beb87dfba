import FlaggerAPI
import JSON

/// A pod template as the API server returns it.
struct PodTemplate: Sendable, Equatable {
    /// The label by which a DaemonSet is kept off every node, as the peer does it.
    static let scaleToZeroKey = "flagger.app/scale-to-zero"
    /// The annotation of primary's pods that tells what they run; a changed one restarts them.
    static let revisionKey = "aviary/revision"

    var json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    /// A fingerprint of what the user wrote and the server filled in. What controllers add does not count.
    var hash: String {
        var copy = json
        copy[path: "metadata", "creationTimestamp"] = nil
        if var selector = copy[path: "spec", "nodeSelector"]?.members {
            selector[Self.scaleToZeroKey] = nil
            copy[path: "spec", "nodeSelector"] = selector.isEmpty ? nil : .object(selector)
        }
        return StableHash.of(bytes: copy.canonicalText.utf8)
    }

    /// What is kept of it in the watched copies.
    var summary: JSONValue {
        var summary: JSONValue = ["hash": .string(hash)]
        let references = ConfigurationReferences(podSpec: json["spec"] ?? [:])
        if !references.isEmpty { summary["configuration"] = references.json }
        let ports = self.ports
        if !ports.isEmpty {
            summary["ports"] = .array(ports.map(\.json))
        }
        if let revision = json[path: "metadata", "annotations", Self.revisionKey] {
            summary["revision"] = revision
        }
        if let selector = json[path: "spec", "nodeSelector"] { summary["nodeSelector"] = selector }
        return summary
    }

    /// The containers' ports, those of mesh sidecars left out, with the names that the peer gives to nameless ones.
    var ports: [ServicePort] {
        let containers = json[path: "spec", "containers"]?.elements ?? []
        return containers.flatMap { container -> [ServicePort] in
            let name = container["name"]?.string ?? ""
            guard !["istio-proxy", "envoy"].contains(name) else { return [] }
            return (container["ports"]?.elements ?? []).enumerated().compactMap { index, port in
                guard let number = port["containerPort"]?.int else { return nil }
                let own = port["name"]?.string ?? ""
                return ServicePort(
                    name: own.isEmpty ? "tcp-\(name)-\(index)" : own, port: number,
                    transport: port["protocol"]?.string ?? "TCP")
            }
        }
    }
}

/// A named port of a workload.
struct ServicePort: Hashable, Sendable {
    var name: String
    var port: Int
    /// `TCP`, `UDP` or `SCTP`.
    var transport = "TCP"

    /// As the watched copies keep it.
    var json: JSONValue {
        ["name": .string(name), "port": JSONValue(port), "protocol": .string(transport)]
    }
}

extension ServicePort {
    /// Reads what `json` has kept.
    init?(json: JSONValue) {
        guard let port = json["port"]?.int else { return nil }
        self.init(
            name: json["name"]?.string ?? "", port: port, transport: json["protocol"]?.string ?? "TCP")
    }
}

extension JSONValue {
    /// The value as text that is the same for equal values: keys in order, no `null` members.
    var canonicalText: String {
        var text = ""
        writeCanonically(to: &text)
        return text
    }

    private func writeCanonically(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .number(let value): text += int.map { "\($0)" } ?? "\(value)"
        case .string(let value): GoJSON.write(value, to: &text)
        case .array(let values):
            text += "["
            for value in values {
                value.writeCanonically(to: &text)
                text += ","
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (key, value) in members.sorted(by: { $0.key < $1.key }) where value != .null {
                GoJSON.write(key, to: &text)
                text += ":"
                value.writeCanonically(to: &text)
                text += ","
            }
            text += "}"
        }
    }
}
