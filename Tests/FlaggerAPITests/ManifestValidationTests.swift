import FlaggerAPI
import Testing

@Suite struct ManifestValidationTests {
    @Test("finds resources given twice and canaries that share a target")
    func duplicates() {
        let other = SampleManifest.kubernetes.replacingOccurrences(
            of: "  name: podinfo\n  namespace", with: "  name: other\n  namespace")
        let elsewhere = SampleManifest.kubernetes.replacingOccurrences(
            of: "namespace: test", with: "namespace: prod")
        let text = [SampleManifest.kubernetes, SampleManifest.kubernetes, other, elsewhere].joined(
            separator: "---\n")
        let found = ManifestReader().read(text: text, file: "f.yaml").diagnostics
        #expect(found.map(\.rule) == ["duplicate-resource", "same-target"])
        #expect(found.map(\.line) == [33, 65])
        #expect(found.map(\.field) == ["metadata.name", "spec.targetRef"])
        #expect(found.allSatisfy { $0.message.contains("f.yaml:1") })
    }

    @Test("finds canaries of processes that share a port, which those of a cluster may")
    func samePort() {
        let process = SampleManifest.standalone
        #expect(ManifestReader().read(text: process, file: "f.yaml").diagnostics.isEmpty)
        let other = process.replacingOccurrences(of: "name: podinfo", with: "name: other")
        let found = ManifestReader().read(text: process + "---\n" + other, file: "f.yaml").diagnostics
        #expect(found.map(\.rule) == ["same-port"])
        #expect(found.map(\.field) == ["spec.service.port"])
        #expect(found.allSatisfy { $0.message.contains("\"podinfo\" (f.yaml:") })
        let elsewhere = other.replacingOccurrences(of: "port: 9898", with: "port: 9899")
        let fine = ManifestReader().read(text: process + "---\n" + elsewhere, file: "f.yaml").diagnostics
        #expect(fine.isEmpty)
    }

    @Test("names the old field where the old name of the analysis is used")
    func oldName() throws {
        let manifest = try SampleManifest.read(
            SampleManifest.kubernetes,
            replacing: [("  analysis:", "  canaryAnalysis:"), ("type: rollout", "type: x")])
        #expect(manifest.diagnostics.map(\.field) == ["spec.canaryAnalysis.webhooks[0].type"])
    }

    @Test("allows shorter intervals on Kubernetes when told so")
    func minimumInterval() throws {
        let manifest = try SampleManifest.read(
            SampleManifest.kubernetes, replacing: [("interval: 1m", "interval: 9s")],
            options: ValidationOptions(minimumInterval: .seconds(9)))
        #expect(manifest.diagnostics == [])
    }

    @Test("insists on a process where there is no Kubernetes")
    func requiresProcess() throws {
        let options = ValidationOptions(requiresProcess: true)
        let manifest = try SampleManifest.read(SampleManifest.kubernetes, replacing: [], options: options)
        #expect(manifest.diagnostics.map(\.rule) == ["needs-process"])
    }

    @Test("finds the process of a canary among those that run already")
    func knownProcess() throws {
        let canary = try #require(SampleManifest.standalone.components(separatedBy: "---\n").last)
        let known: Set = [NamespacedName(namespace: "test", name: "podinfo")]
        #expect(
            ManifestReader(options: ValidationOptions(knownProcesses: known)).read(text: canary).diagnostics
                == [])
        #expect(ManifestReader().read(text: canary).diagnostics.map(\.rule) == ["unknown-target"])
    }

    @Test("checks templates and alert providers")
    func templates() throws {
        let text = """
            apiVersion: flagger.app/v1beta1
            kind: MetricTemplate
            metadata: {name: a}
            spec: {provider: {type: prometeus, address: "prometheus:9090"}, query: " "}
            ---
            apiVersion: flagger.app/v1beta1
            kind: AlertProvider
            metadata: {name: b}
            spec: {type: pager}
            """
        let found = ManifestReader().read(text: text).diagnostics
        #expect(
            found.map(\.field) == [
                "spec.provider.type", "spec.query", "spec.provider.address", "spec.type", "spec.address",
            ])
        #expect(found.first?.fix == "did you mean `prometheus`?")
    }
}
