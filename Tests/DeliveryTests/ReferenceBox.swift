import FlaggerAPI
import Foundation
import Testing

@testable import Delivery

/// Templates, providers and secrets of a test.
struct ReferenceBox: ReferencedResources {
    var templates: [NamespacedName: MetricTemplate] = [:]
    var providers: [NamespacedName: AlertProvider] = [:]
    var secrets: [NamespacedName: [String: String]] = [:]

    func metricTemplate(_ name: NamespacedName) -> MetricTemplate? { templates[name] }
    func alertProvider(_ name: NamespacedName) -> AlertProvider? { providers[name] }
    func secret(_ name: NamespacedName) -> Credentials? { secrets[name].map(Credentials.init) }

    /// Takes the resources of a manifest.
    init(_ yaml: String, secrets: [NamespacedName: [String: String]] = [:]) {
        let manifest = ManifestReader().read(text: yaml)
        templates = Dictionary(
            uniqueKeysWithValues: manifest.metricTemplates.map { (NamespacedName($0.metadata), $0) })
        providers = Dictionary(
            uniqueKeysWithValues: manifest.alertProviders.map { (NamespacedName($0.metadata), $0) })
        self.secrets = secrets
    }
}

extension Canary {
    /// A canary of the tests with an analysis, in YAML's flow style.
    static func test(analysis: String) throws -> Canary {
        let text = """
            apiVersion: flagger.app/v1beta1
            kind: Canary
            metadata: {name: podinfo, namespace: test}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
              metricsServer: http://prometheus.test
              service: {port: 80, name: web}
              analysis: {interval: 1m, threshold: 3, \(analysis)}
            """
        return try #require(ManifestReader().read(text: text).canaries.first)
    }
}

extension NamespacedName {
    /// A name in the namespace of the tests.
    static func test(_ name: String) -> NamespacedName { NamespacedName(namespace: "test", name: name) }
}

/// One request as a raw server received it.
struct ReceivedRequest {
    var line: String
    var headers: [String: String]
    var body: String

    init(_ text: String) {
        let parts = text.components(separatedBy: "\r\n\r\n")
        let lines = parts[0].components(separatedBy: "\r\n")
        line = lines[0]
        headers = Dictionary(
            lines.dropFirst().map { line in
                let pair = line.split(separator: ":", maxSplits: 1)
                return (
                    pair[0].lowercased(), pair.count > 1 ? pair[1].trimmingCharacters(in: .whitespaces) : ""
                )
            }
        ) { "\($0), \($1)" }
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
    }

    /// The path and the parameters of the query.
    var url: URLComponents { URLComponents(string: String(line.split(separator: " ")[1])) ?? URLComponents() }

    func parameter(_ name: String) -> String? { url.queryItems?.first { $0.name == name }?.value }

    /// The body as JSON.
    func json() throws -> NSDictionary {
        try JSONSerialization.jsonObject(with: Data(body.utf8)) as? NSDictionary ?? [:]
    }
}
