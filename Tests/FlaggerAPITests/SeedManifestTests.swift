import FlaggerAPI
import Testing

@Suite struct SeedManifestTests {
    @Test(
        "reads the documented examples without a complaint",
        arguments: [
            "all-hook-types.yaml", "load-tests.yaml", "k6.yaml", "integration-tests.yaml", "gates.yaml",
            "standalone.yaml", "every-field.yaml", "from-cluster.json",
        ])
    func valid(name: String) throws {
        let manifest = try SampleManifest.load(name)
        #expect(manifest.diagnostics == [])
        #expect(manifest.canaries.count == 1)
    }

    @Test("reads all eight hook types in order, with their settings")
    func hooks() throws {
        let canary = try #require(try SampleManifest.load("all-hook-types.yaml").canaries.first)
        let hooks = canary.spec.effectiveAnalysis.webhooks
        #expect(hooks.map(\.type) == CanaryWebhook.knownTypes.sorted { order($0) < order($1) })
        #expect(hooks[0].retries == 5)
        #expect(hooks[1].timeout == .minutes(3))
        #expect(hooks[1].metadata == ["type": "helmv3", "cmd": "test podinfo -n test"])
        #expect(hooks[2].timeout == .seconds(15))
        #expect(hooks[3].timeout == .seconds(10))
        #expect(hooks[7].metadata == ["environment": "test", "cluster": "flagger-test"])
    }

    private func order(_ type: String) -> Int {
        let types = [
            "confirm-rollout", "pre-rollout", "rollout", "confirm-traffic-increase", "confirm-promotion",
            "post-rollout", "rollback", "event",
        ]
        return types.firstIndex(of: type) ?? types.count
    }

    @Test("keeps the line ends and braces of a script in a hook's metadata")
    func script() throws {
        let canary = try #require(try SampleManifest.load("k6.yaml").canaries.first)
        let script = try #require(canary.spec.effectiveAnalysis.webhooks.first?.metadata["script"])
        #expect(script.hasPrefix("import http from 'k6/http';\nimport { sleep } from 'k6';\n"))
        #expect(script.hasSuffix("  sleep(0.10);\n}\n"))
    }

    @Test("calls a number in hook metadata an error where Kubernetes would refuse it")
    func unquotedNumber() throws {
        let manifest = try SampleManifest.load("ngrinder.yaml")
        let found = try #require(manifest.diagnostics.first)
        #expect(manifest.diagnostics.count == 1)
        #expect(found.severity == .error)
        #expect(found.line == 28)
        #expect(found.field == "spec.analysis.webhooks[0].metadata.clone")
        #expect(found.fix == "quote it: \"100\"")
    }

    @Test("takes a number in hook metadata as it is written where the target is a process")
    func unquotedNumberStandalone() throws {
        let manifest = try SampleManifest.read(
            SampleManifest.standalone,
            replacing: [
                (
                    "iterations: 5",
                    "iterations: 5\n    webhooks: [{name: n, url: 'http://t/', timeout: 500ms, metadata: {clone: 100}}]"
                )
            ])
        #expect(!manifest.hasErrors)
        #expect(manifest.diagnostics.map(\.severity) == [.warning])
        #expect(manifest.canaries.first?.spec.effectiveAnalysis.webhooks.first?.metadata == ["clone": "100"])
    }

    @Test("leaves other kinds of Kubernetes aside and says so")
    func foreignKinds() throws {
        let manifest = try SampleManifest.load("rbac.yaml")
        #expect(manifest.diagnostics.map(\.severity) == [.info, .info])
        #expect(manifest.diagnostics.map(\.line) == [3, 19])
        #expect(manifest.entries.isEmpty)
    }

    @Test("reads a process and finds it by its canary")
    func process() throws {
        let manifest = try SampleManifest.load("standalone.yaml")
        let canary = try #require(manifest.canaries.first)
        let process = try #require(manifest.process(of: canary))
        #expect(process.spec.replicas == 2)
        #expect(
            process.spec.command == ["aviary", "sample-app", "--port", "$(PORT)", "--app-version", "1.0.0"])
        #expect(process.spec.env == [.init(name: "COLOR", value: "blue")])
        #expect(process.spec.configFiles == ["settings.toml"])
        #expect(process.spec.readinessProbe == ReadinessProbe(httpGet: .init(path: "/readyz")))
    }

    @Test("reads a list as kubectl prints it, status and old field name included")
    func list() throws {
        let canary = try #require(try SampleManifest.load("from-cluster.json").canaries.first)
        #expect(canary.spec.analysis == nil)
        #expect(canary.spec.effectiveAnalysis.stepWeights == [1, 10, 50])
        #expect(canary.spec.service.targetPort == .int(9899))
        #expect(canary.status?.phase == "Progressing")
        #expect(canary.status?.canaryWeight == 10)
        #expect(canary.status?.trackedConfigs == ["configmap/podinfo": "85d557f47b"])
        #expect(canary.status?.conditions.first?.reason == "Progressing")
        #expect(canary.metadata.generation == 3)
    }
}
