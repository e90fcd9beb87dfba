import FlaggerAPI
import Foundation
import Testing

@Suite struct ReferenceValidationTests {
    private func problems(_ text: String, _ options: ValidationOptions = ValidationOptions()) -> [String] {
        ManifestReader(options: options).read(text: text).diagnostics.map { "\($0.field): \($0.rule)" }
    }

    private func template(_ provider: String, query: String = "up") -> String {
        """
        apiVersion: flagger.app/v1beta1
        kind: MetricTemplate
        metadata: {name: a}
        spec: {provider: {\(provider)}, query: '\(query)'}
        """
    }

    @Test(
        "a template has what its provider needs",
        arguments: [
            ("type: prometheus", ["spec.provider.address: missing-field"]),
            ("type: datadog", ["spec.provider.secretRef: missing-field"]),
            ("type: newrelic, secretRef: {name: x}", []),
            ("type: cloudwatch", ["spec.provider.region: missing-field"]),
            ("type: cloudwatch, region: eu-central-1", []),
            ("type: keptn", ["spec.provider.type: unsupported-provider"]),
            ("type: externalmetrics", []),
            (
                "type: graphite, address: 'http://g', headers: {'a b': [c]}, secretRef: {name: ../x}",
                ["spec.provider.secretRef.name: bad-name", "spec.provider.headers[\"a b\"]: bad-header"]
            ),
        ])
    func needs(provider: String, expected: [String]) { #expect(problems(template(provider)) == expected) }

    @Test("a query's unknown variables are found, with the known ones as the fix")
    func queryVariables() throws {
        let found = ManifestReader().read(
            text: template("type: prometheus, address: 'http://p'", query: "x{{ targt }}")
        ).diagnostics
        #expect(found.map(\.rule) == ["bad-query"])
        #expect(found[0].message == "unknown variable `{{ targt }}`")
        #expect(found[0].fix.contains("target"))
    }

    private func canary(_ metric: String) -> String {
        """
        ---
        apiVersion: aviary/v1alpha1
        kind: Process
        metadata: {name: app}
        spec: {command: [sleep, "1"]}
        ---
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: app}
        spec:
          targetRef: {apiVersion: aviary/v1alpha1, kind: Process, name: app}
          service: {port: 80}
          analysis:
            interval: 1s
            threshold: 1
            maxWeight: 50
            stepWeight: 10
            metrics: [{\(metric), thresholdRange: {max: 1}}]

        """
    }

    @Test("a metric gives its template the variables that it uses")
    func templateVariables() {
        let template = template("type: prometheus, address: 'http://p'", query: "x{{ variables.a }}") + "\n"
        #expect(
            problems(template + canary("name: e, templateRef: {name: a}"))
                == ["spec.analysis.metrics[0].templateVariables.a: missing-variable"])
        #expect(
            problems(template + canary("name: e, templateRef: {name: a}, templateVariables: {a: b}")) == [])
        var known = ValidationOptions()
        known.knownMetricTemplates = [NamespacedName(namespace: "default", name: "a"): "up"]
        #expect(problems(canary("name: e, templateRef: {name: a}"), known) == [])
        #expect(
            problems(canary("name: e, templateRef: {name: a}"))
                == ["spec.analysis.metrics[0].templateRef: unknown-template"])
    }

    @Test("a query needs a metrics server on one machine")
    func metricsServer() {
        var options = ValidationOptions(requiresProcess: true)
        #expect(
            problems(canary("name: e, query: up"), options) == [
                "spec.analysis.metrics[0].query: no-metrics-server"
            ])
        options.metricsServer = "http://p"
        #expect(problems(canary("name: e, query: up"), options) == [])
        #expect(
            problems(canary("name: e, query: '{{ x }}'"), options) == [
                "spec.analysis.metrics[0].query: bad-query"
            ])
    }

    @Test("a secret is read from base64 and from text, and its values are never shown")
    func secret() throws {
        let text = """
            apiVersion: v1
            kind: Secret
            metadata: {name: my.secret, namespace: test}
            data: {address: aHR0cDovL3g=, broken: "<encoded-url>"}
            stringData: {token: hunter2, address: "http://y"}
            """
        let manifest = ManifestReader().read(text: text)
        #expect(manifest.diagnostics.map(\.field) == ["data.broken"])
        let secret = try #require(manifest.secrets.first)
        #expect(secret.values == ["address": "http://y", "token": "hunter2"])
        #expect("\(secret)" == "Secret my.secret.test with address, token")
        #expect(!String(reflecting: secret).contains("hunter2"))
        #expect(manifest.diagnostics.allSatisfy { !$0.description.contains("encoded-url") })
    }

    @Test("a value of the wrong type is not shown either")
    func secretOfNumbers() {
        let text = """
            apiVersion: v1
            kind: Secret
            metadata: {name: a}
            stringData: {pin: 8675309, nested: {pin: 8675309}}
            """
        let found = ManifestReader().read(text: text).diagnostics
        #expect(found.map(\.field) == ["stringData.pin", "stringData.nested"])
        #expect(found.allSatisfy { !$0.description.contains("8675309") })
    }

    @Test("a secret that SOPS has encrypted is left alone")
    func sops() {
        let text = """
            apiVersion: v1
            kind: Secret
            metadata: {name: a}
            data: {address: "ENC[AES256_GCM,data:x]"}
            sops: {version: 3.8.1}
            """
        #expect(ManifestReader().read(text: text).diagnostics.map(\.severity) == [.info])
    }

    @Test("annotations for signatures and traces are checked")
    func annotations() {
        let text = canary("name: request-duration").replacing(
            "kind: Canary\nmetadata: {name: app}",
            with:
                "kind: Canary\nmetadata: {name: app, annotations: {aviary/webhook-secret: A_B, aviary/traceparent: yes please}}"
        )
        #expect(
            problems(text) == [
                "metadata.annotations[\"aviary/traceparent\"]: bad-annotation",
                "metadata.annotations[\"aviary/webhook-secret\"]: bad-annotation",
            ])
    }
}
