import FlaggerAPI
import Foundation
import Testing

@testable import Standalone

@Suite("Secrets that canaries need")
struct SecretCheckTests {
    /// What is wrong with a file whose canary needs three secrets.
    private func problems(_ secrets: String) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "canary-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try """
        apiVersion: aviary/v1alpha1
        kind: Process
        metadata: {name: shop, namespace: test}
        spec: {command: [sleep, "1"]}
        ---
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: shop, namespace: test, annotations: {aviary/webhook-secret: hooks}}
        spec:
          targetRef: {apiVersion: aviary/v1alpha1, kind: Process, name: shop}
          service: {port: 80}
          analysis:
            interval: 1s
            maxWeight: 50
            stepWeight: 10
            alerts: [{name: all, providerRef: {name: chat, namespace: ops}}]
            metrics: [{name: errors, templateRef: {name: errors}, thresholdRange: {max: 1}}]
        ---
        apiVersion: flagger.app/v1beta1
        kind: AlertProvider
        metadata: {name: chat, namespace: ops}
        spec: {type: slack, secretRef: {name: chat}}
        ---
        apiVersion: flagger.app/v1beta1
        kind: MetricTemplate
        metadata: {name: errors, namespace: test}
        spec: {provider: {type: datadog, secretRef: {name: datadog}}, query: x}
        \(secrets)
        """.write(to: file, atomically: true, encoding: .utf8)
        let files = ManifestFiles(
            [file.path], options: ValidationOptions(requiresProcess: true), secrets: SecretStore(folder: nil))
        do {
            _ = try await files.drafts()
            return ""
        } catch StandaloneError.missingSecrets(let lines) {
            return lines.joined(separator: "\n")
        }
    }

    private func secret(_ name: String, _ namespace: String, _ values: String) -> String {
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: \(name), namespace: \(namespace)}\nstringData: {\(values)}\n"
    }

    @Test("each that is missing is named, with the fix")
    func missing() async throws {
        let found = try await problems("").split(separator: "\n")
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.contains("--secrets-dir") })
        for name in ["chat.ops", "datadog.test", "hooks.test"] {
            #expect(found.contains { $0.contains("needs the secret \(name), which is not there") })
        }
    }

    @Test("keys that are missing are named, a bad webhook secret is refused, and no value is shown")
    func keys() async throws {
        let found = try await problems(
            secret("chat", "ops", "url: s3cr3t") + secret("datadog", "test", "datadog_api_key: s3cr3t")
                + secret("hooks", "test", "secret: s3cr3t"))
        #expect(found.contains("needs the secret chat.ops to have address; it has url"))
        #expect(found.contains("to have datadog_api_key and datadog_application_key; it has datadog_api_key"))
        #expect(found.contains("the webhook secret is not `whsec_` and 24 to 64 bytes in base64"))
        #expect(!found.contains("s3cr3t"))
    }

    @Test("nothing is wrong when all are there")
    func complete() async throws {
        let found = try await problems(
            secret("chat", "ops", "address: \"http://x\"")
                + secret("datadog", "test", "datadog_api_key: a, datadog_application_key: b")
                + secret("hooks", "test", "secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(found == "")
    }
}
