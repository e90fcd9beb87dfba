import Foundation

/// The YAML of one canary and its process, with what tests vary.
struct Manifest {
    static let fileName = "canary.yaml"

    /// One webhook, at a path of a hook server or at the load tester.
    struct Hook {
        var name: String
        var type: String
        var url: String
        var timeout: String? = nil
        var retries = 0
        var metadata: [String: String] = [:]

        fileprivate var yaml: String {
            var parts = ["name: \(quoted(name))", "type: \(quoted(type))", "url: \(quoted(url))"]
            if let timeout { parts.append("timeout: \(timeout)") }
            if retries > 0 { parts.append("retries: \(retries)") }
            if !metadata.isEmpty {
                let pairs = metadata.sorted { $0.key < $1.key }.map {
                    "\(quoted($0.key)): \(quoted($0.value))"
                }
                parts.append("metadata: {\(pairs.joined(separator: ", "))}")
            }
            return "    - {\(parts.joined(separator: ", "))}"
        }
    }

    var name = "podinfo"
    var namespace = "test"
    var version = "1.0.0"
    var port: Int
    var replicas = 1
    /// Settings of `analysis` besides interval and webhooks, one a line.
    var analysis = ["threshold: 3", "maxWeight: 50", "stepWeight: 25"]
    var hooks: [Hook] = []
    var configFiles: [String] = []
    var annotations: [String: String] = [:]
    /// Settings of the canary's spec besides target, service and analysis, one a line.
    var canarySettings: [String] = []
    /// Further documents.
    var others: [String] = []
    /// The arguments of the sample app after its version.
    var appArguments: [String] = []
    /// What runs in place of the sample app.
    var command: [String]?

    init(port: Int) { self.port = port }

    func write(into folder: String) throws {
        try text().write(toFile: "\(folder)/\(Self.fileName)", atomically: true, encoding: .utf8)
    }

    func text() throws -> String {
        let command =
            try command
            ?? [BuiltProgram.path(), "sample-app", "--port", "$(PORT)", "--app-version", version]
            + appArguments
        let annotations = annotations.sorted { $0.key < $1.key }
            .map { "\(quoted($0.key)): \(quoted($0.value))" }.joined(separator: ", ")
        let analysis = (["interval: 1s"] + analysis).map { "    \($0)" }.joined(separator: "\n")
        return """
            apiVersion: aviary/v1alpha1
            kind: Process
            metadata: {name: \(name), namespace: \(namespace)}
            spec:
              replicas: \(replicas)
              command: [\(command.map(quoted).joined(separator: ", "))]
              configFiles: [\(configFiles.map(quoted).joined(separator: ", "))]
              readinessProbe: {httpGet: {path: /readyz}, periodSeconds: 1}
              terminationGracePeriodSeconds: 5
            ---
            apiVersion: flagger.app/v1beta1
            kind: Canary
            metadata: {name: \(name), namespace: \(namespace), annotations: {\(annotations)}}
            spec:
              targetRef: {apiVersion: aviary/v1alpha1, kind: Process, name: \(name)}
              service: {port: \(port)}
            \(canarySettings.map { "  \($0)\n" }.joined())  analysis:
            \(analysis)
                webhooks:\(hooks.isEmpty ? " []" : "\n" + hooks.map(\.yaml).joined(separator: "\n"))

            """ + others.map { "---\n\($0)\n" }.joined()
    }
}

/// A JSON string, which is a YAML string as well.
private func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
        "\n", with: "\\n")
    return "\"\(escaped)\""
}
