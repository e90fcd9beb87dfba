import FlaggerAPI
import Testing

@Suite struct DecodingDiagnosticTests {
    @Test("finds nothing wrong with the manifests that the other tests break")
    func baseline() {
        #expect(ManifestReader().read(text: SampleManifest.kubernetes).diagnostics == [])
        #expect(ManifestReader().read(text: SampleManifest.standalone).diagnostics == [])
    }

    static let broken = [
        BrokenManifest(
            "text for a number", [("port: 9898", "port: http")], "12 error spec.service.port: wrong-type"),
        BrokenManifest(
            "quoted number", [("port: 9898", "port: \"9898\"")], "12 error spec.service.port: wrong-type"),
        BrokenManifest(
            "fraction", [("threshold: 5", "threshold: 0.5")], "15 error spec.analysis.threshold: wrong-type"),
        BrokenManifest(
            "number for a duration", [("interval: 1m", "interval: 60")],
            "14 error spec.analysis.interval: wrong-type"),
        BrokenManifest(
            "bad duration", [("interval: 1m", "interval: 1 minute")],
            "14 error spec.analysis.interval: bad-value"),
        BrokenManifest(
            "bad hook time-out", [("timeout: 5s", "timeout: 5")],
            "26 error spec.analysis.webhooks[0].timeout: wrong-type"),
        BrokenManifest(
            "number for a name", [("name: load-test", "name: 7")],
            "23 error spec.analysis.webhooks[0].name: wrong-type"),
        BrokenManifest(
            "text for a boolean", [("threshold: 5", "threshold: 5\n    mirror: maybe")],
            "16 error spec.analysis.mirror: wrong-type"),
        BrokenManifest(
            "object for a list", [("- name: request-success-rate", "x:")],
            "18 error spec.analysis.metrics: wrong-type"),
        BrokenManifest(
            "list for an object", [("service:\n    port: 9898", "service: [1]")],
            "11 error spec.service: wrong-type"),
        BrokenManifest(
            "missing port", [("port: 9898", "portName: http")], "11 error spec.service.port: missing-field"),
        BrokenManifest("empty port", [("port: 9898", "port:")], "12 error spec.service.port: missing-field"),
        BrokenManifest(
            "missing name", [("  name: podinfo\n  namespace", "  namespace")],
            "3 error metadata.name: missing-field"),
        BrokenManifest(
            "missing hook address", [("url: http://tester.test/", "retries: 1")],
            "23 error spec.analysis.webhooks[0].url: missing-field"),
        BrokenManifest(
            "missing spec", [("spec:", "extra:")], "1 error spec: missing-field",
            "6 warning extra: unknown-field"),
        BrokenManifest("missing kind", [("kind: Canary\n", "")], "1 error kind: missing-field"),
        BrokenManifest("misspelt kind", [("kind: Canary", "kind: Canry")], "2 error kind: unknown-kind"),
        BrokenManifest("old version", [("v1beta1", "v1alpha3")], "1 error apiVersion: unknown-version"),
        BrokenManifest(
            "missing version", [("apiVersion: flagger.app/v1beta1\n", "")],
            "1 error apiVersion: missing-field"),
        BrokenManifest(
            "misspelt field", [("stepWeight: 10", "stepWeight: 10\n    stepWieghts: [1]")],
            "18 warning spec.analysis.stepWieghts: unknown-field"),
        BrokenManifest(
            "boolean in metadata", [("cmd: hey", "logCmdOutput: true")],
            "28 error spec.analysis.webhooks[0].metadata.logCmdOutput: not-a-text"),
        BrokenManifest(
            "list in metadata", [("cmd: hey", "cmd: [hey]")],
            "28 error spec.analysis.webhooks[0].metadata.cmd: not-a-text"),
        BrokenManifest(
            "object for a port name", [("port: 9898", "port: 9898\n    targetPort: {}")],
            "13 error spec.service.targetPort: bad-value"),
        BrokenManifest(
            "everything at once",
            [
                ("port: 9898", "port: x"), ("interval: 1m", "interval: soon"),
                ("type: rollout", "type: rolout"), ("min: 99", "min: high"),
            ],
            "12 error spec.service.port: wrong-type", "14 error spec.analysis.interval: bad-value",
            "21 error spec.analysis.metrics[0].thresholdRange.min: wrong-type",
            "24 error spec.analysis.webhooks[0].type: unknown-hook-type"),
    ]

    @Test(
        "tells line, field and rule of what cannot be read, and nothing that only follows from it",
        arguments: broken)
    func tells(manifest: BrokenManifest) throws {
        try manifest.expectDiagnostics(in: SampleManifest.kubernetes)
    }

    @Test("suggests the name that was probably meant")
    func suggestion() throws {
        let manifest = try SampleManifest.read(
            SampleManifest.kubernetes,
            replacing: [("maxWeight", "maxWieght"), ("type: rollout", "type: pre-rolout")])
        #expect(
            manifest.diagnostics.map(\.fix) == ["did you mean `maxWeight`?", "did you mean `pre-rollout`?"])
    }

    @Test("prints one line with place, severity, field and fix")
    func line() throws {
        let manifest = try SampleManifest.read(
            SampleManifest.kubernetes, replacing: [("interval: 1m", "interval: 60")])
        #expect(
            manifest.diagnostics.map(\.description) == [
                "sample.yaml:14: error: spec.analysis.interval: expected a duration, found the number 60 (fix: add a unit: 60s)"
            ])
    }
}
