import FlaggerAPI
import JSON
import Rollout

/// How primary's objects are made from the target's.
struct PrimaryTemplate: Sendable {
    /// What primary's names and label values end in.
    static let suffix = "-primary"

    /// The target's name.
    var targetName: String
    /// The label that tells the two sides apart.
    var selectorLabel: String
    /// Its value on the target's pods.
    var selectorValue: String
    /// All labels that may be the selector (`-selector-labels`).
    var selectorLabels: [String]
    /// Prefixes of labels that are copied from the target itself (`-include-label-prefix`); `*` for all.
    var labelPrefixes: [String]
    /// The tracked configuration, whose copies primary reads.
    var configuration: Set<ConfigurationReferences.Reference>

    /// The selector label's value on primary's pods.
    var primaryValue: String { selectorValue + Self.suffix }

    /// Primary's pod template at a revision: the target's, with labels, configuration and affinity of its own.
    func podTemplate(of target: JSONValue, at revision: Revision) -> JSONValue {
        var template = target
        var labels = (target[path: "metadata", "labels"]?.strings ?? [:]).withoutToolkitMarks
        labels[selectorLabel] = primaryValue
        var annotations = (target[path: "metadata", "annotations"]?.strings ?? [:]).withoutToolkitMarks
        annotations[PodTemplate.revisionKey] = revision.annotation
        template["metadata"] = ["labels": JSONValue(labels), "annotations": JSONValue(annotations)]
        template["spec"] = podSpec(of: target["spec"] ?? [:])
        return template
    }

    private func podSpec(of target: JSONValue) -> JSONValue {
        var spec = ConfigurationReferences.renaming(in: target) { reference in
            configuration.contains(reference) ? reference.name + Self.suffix : nil
        }
        if var selector = spec["nodeSelector"]?.members {
            selector[PodTemplate.scaleToZeroKey] = nil
            spec["nodeSelector"] = selector.isEmpty ? nil : .object(selector)
        }
        spec.change(listAt: ["topologySpreadConstraints"]) { rename(&$0, at: "labelSelector") }
        spec.change(
            listAt: ["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        ) { rename(&$0, at: "labelSelector") }
        spec.change(
            listAt: ["affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution"]
        ) { preferred in
            guard var term = preferred["podAffinityTerm"] else { return }
            rename(&term, at: "labelSelector")
            preferred["podAffinityTerm"] = term
        }
        return spec
    }

    /// Lets a selector that means the target's pods mean primary's.
    private func rename(_ holder: inout JSONValue, at key: String) {
        guard var selector = holder[key] else { return }
        if var labels = selector["matchLabels"]?.members {
            for (label, value) in labels where selectorLabels.contains(label) {
                if let own = value.string, own == targetName || own == selectorValue {
                    labels[label] = .string(own + Self.suffix)
                }
            }
            selector["matchLabels"] = .object(labels)
        }
        selector.change(listAt: ["matchExpressions"]) { expression in
            guard selectorLabels.contains(expression["key"]?.string ?? "") else { return }
            expression["values"] = expression["values"]?.elements.map { values in
                .array(
                    values.map { value in
                        guard let own = value.string, own == targetName || own == selectorValue else {
                            return value
                        }
                        return .string(own + Self.suffix)
                    })
            }
        }
        holder[key] = selector
    }

    /// Labels of the primary object itself.
    func labels(of target: [String: String]) -> [String: String] {
        var labels = included(target)
        labels[selectorLabel] = primaryValue
        return labels
    }

    /// The labels or annotations whose prefixes are copied.
    func included(_ metadata: [String: String]) -> [String: String] {
        metadata.withoutToolkitMarks.filter { key, _ in
            labelPrefixes.contains { $0 == "*" || !$0.isEmpty && key.hasPrefix($0) }
        }
    }
}

extension Revision {
    /// The revision as an annotation tells it.
    var annotation: String { configuration.isEmpty ? spec : "\(spec)/\(configuration)" }

    /// Reads an annotation.
    init?(annotation: String?) {
        guard let annotation, !annotation.isEmpty else { return nil }
        let parts = annotation.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(spec: String(parts[0]), configuration: parts.count > 1 ? String(parts[1]) : "")
    }
}

extension JSONValue {
    /// Changes every element of the list at a path, when there is one.
    fileprivate mutating func change(listAt path: [String], _ change: (inout JSONValue) -> Void) {
        guard let key = path.first, var next = self[key] else { return }
        if path.count > 1 {
            next.change(listAt: Array(path.dropFirst()), change)
        } else {
            guard var elements = next.elements else { return }
            for index in elements.indices { change(&elements[index]) }
            next = .array(elements)
        }
        self[key] = next
    }
}
