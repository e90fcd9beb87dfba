import Foundation
import JSON

/// The two ways to write an event; a server has the second one at least.
enum EventWire: Sendable {
    /// `events.k8s.io/v1`.
    case current
    /// The core group's, which `events.k8s.io/v1` replaced in Kubernetes 1.19.
    case core

    var type: ResourceType {
        switch self {
        case .current: ResourceType(group: "events.k8s.io", version: "v1", kind: "Event", plural: "events")
        case .core: ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
        }
    }

    /// Events about cluster-wide objects are kept in `default`, as the server demands.
    static func namespace(of event: KubernetesEvent) -> String {
        event.subject.reference.namespace ?? "default"
    }

    /// An event that happens for the first time.
    func object(_ event: KubernetesEvent, name: String, from source: EventSource, at date: Date)
        -> KubernetesObject
    {
        var members: [String: JSONValue] = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
            "metadata": .object([
                "name": .string(name), "namespace": .string(Self.namespace(of: event)),
            ]),
            "type": .string(event.kind.rawValue),
            "reason": .string(Self.cut(event.reason, to: 128)),
            "action": .string(Self.cut(event.action, to: 128)),
            "eventTime": .string(Timestamp.microseconds(date)),
            "reportingInstance": .string(Self.cut(source.instance, to: 128)),
        ]
        let message = JSONValue.string(Self.cut(event.message, to: 1024))
        switch self {
        case .current:
            members["reportingController"] = .string(source.component)
            members["regarding"] = Self.subject(event.subject)
            members["note"] = message
        case .core:
            members["reportingComponent"] = .string(source.component)
            members["involvedObject"] = Self.subject(event.subject)
            members["message"] = message
        }
        return KubernetesObject(json: .object(members))
    }

    /// The change that tells of repetitions.
    func series(count: Int, at date: Date) -> Patch {
        .merge(
            .object([
                "series": .object([
                    "count": .integer(Int64(count)),
                    "lastObservedTime": .string(Timestamp.microseconds(date)),
                ])
            ]))
    }

    private static func subject(_ subject: EventSubject) -> JSONValue {
        let reference = subject.reference
        let optional = [
            ("namespace", reference.namespace), ("uid", subject.uid),
            ("resourceVersion", subject.resourceVersion),
        ]
        var members: [String: JSONValue] = [
            "apiVersion": .string(reference.type.apiVersion), "kind": .string(reference.type.kind),
            "name": .string(reference.name),
        ]
        for (key, value) in optional { members[key] = value.map { .string($0) } }
        return .object(members)
    }

    /// The start of a text, cut between characters.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var cut = ""
        var length = 0
        for character in text {
            length += character.utf8.count
            guard length <= limit - 3 else { break }
            cut.append(character)
        }
        return cut + "…"
    }
}
