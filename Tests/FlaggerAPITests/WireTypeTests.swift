import FlaggerAPI
import Foundation
import Testing

@Suite struct WireTypeTests {
    @Test("fills in every default of a smallest canary")
    func defaults() throws {
        let json = """
            {"apiVersion": "flagger.app/v1beta1", "kind": "Canary", "metadata": {"name": "podinfo"},
             "spec": {"targetRef": {"kind": "Deployment", "name": "app"}, "service": {"port": 80},
              "analysis": {"metrics": [{"name": "request-duration"}], "sessionAffinity": {"cookieName": "c"},
               "webhooks": [{"name": "a", "url": "http://a/"}, {"name": "b", "type": "", "url": "http://b/"}]}}}
            """
        let canary = try JSONDecoder().decode(Canary.self, from: Data(json.utf8))
        #expect(canary.metadata.namespace == "default")
        #expect(canary.spec.progressDeadlineSeconds == 600)
        #expect(!canary.spec.skipAnalysis && !canary.spec.suspend && !canary.spec.revertOnDeletion)
        #expect(canary.spec.service.portName == "http")
        #expect(
            [canary.apexName, canary.primaryName, canary.canaryName] == ["app", "app-primary", "app-canary"])
        let analysis = canary.spec.effectiveAnalysis
        #expect(analysis.interval == .seconds(60))
        #expect(analysis.failureThreshold == 1)
        #expect(analysis.effectiveMaxWeight == 100)
        #expect(analysis.primaryReadyThreshold == 100)
        #expect(analysis.canaryReadyThreshold == 100)
        #expect(analysis.metrics.first?.interval == .minutes(1))
        #expect(analysis.sessionAffinity?.maxAge == 86_400)
        #expect(analysis.webhooks.map(\.type) == ["rollout", "rollout"])
        #expect(analysis.webhooks.map(\.timeout) == [.seconds(10), .seconds(10)])
        #expect(canary.status == nil)
    }

    @Test("names the service over the target when there is a service name")
    func serviceName() throws {
        var canary = Canary(
            metadata: ObjectMeta(name: "podinfo"),
            spec: CanarySpec(
                targetRef: ObjectReference(kind: "Deployment", name: "app"),
                service: CanaryService(port: 80, name: "web")))
        #expect(
            [canary.apexName, canary.primaryName, canary.canaryName] == ["web", "web-primary", "web-canary"])
        canary.spec.service.name = ""
        #expect(canary.apexName == "app")
    }

    @Test(
        "writes JSON that reads back equal",
        arguments: ["every-field.yaml", "from-cluster.json", "standalone.yaml"])
    func roundTrip(name: String) throws {
        for resource in try SampleManifest.load(name).entries.map(\.resource) {
            switch resource {
            case .canary(let canary): try expectSame(canary)
            case .process(let process): try expectSame(process)
            case .metricTemplate(let template): try expectSame(template)
            case .alertProvider(let provider): try expectSame(provider)
            case .secret(let secret): try expectSame(secret)
            }
        }
    }

    private func expectSame<Value: Codable & Equatable>(_ value: Value) throws {
        let json = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(Value.self, from: json) == value)
    }

    @Test("reads every field of the API, from YAML as from JSON")
    func everyField() throws {
        let canary = try #require(try SampleManifest.load("every-field.yaml").canaries.first)
        let analysis = canary.spec.effectiveAnalysis
        #expect(canary.spec.autoscalerRef?.primaryScalerReplicas?.maxReplicas == 5)
        #expect(canary.spec.upstreamRef?.namespace == "gloo")
        #expect(canary.spec.service.retries?["attempts"] == .integer(3))
        #expect(canary.spec.service.corsPolicy?["allowCredentials"] == .bool(false))
        #expect(canary.spec.service.targetPort == .string("http"))
        #expect(canary.spec.service.apex?.annotations == ["owner": "web"])
        #expect(analysis.interval.duration == .seconds(90))
        #expect(analysis.match.first?.headers["user-agent"]?.regex == ".*Firefox.*")
        #expect(analysis.sessionAffinity?.primaryCookieName == "primary-cookie")
        #expect(analysis.metrics.map(\.effectiveRange.min) == [0.5, 99, nil])
        #expect(analysis.metrics.map(\.effectiveRange.max) == [1, nil, 500])
        #expect(analysis.webhooks.first?.disableTLS == true)
        #expect(analysis.webhooks.first?.muteAlert == true)
    }

    @Test("tells the annotations by their meaning")
    func annotations() throws {
        let canary = try #require(try SampleManifest.load("every-field.yaml").canaries.first)
        #expect(canary.annotations.gateDeadline == .seconds(7_200))
        #expect(canary.annotations.gateDeadlineAction == .promote)
        #expect(canary.annotations.wantsExtendedPayload)
        #expect(canary.annotations.isPaused)
        #expect(canary.annotations.abort == "bad release")
        let plain = Canary(metadata: ObjectMeta(name: "a"), spec: canary.spec).annotations
        #expect(plain.gateDeadline == nil && plain.gateDeadlineAction == .rollback && plain.abort == nil)
        #expect(!plain.wantsExtendedPayload && !plain.isPaused)
    }

    @Test("leaves metadata out of a payload that has none")
    func payload() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var payload = CanaryWebhookPayload(
            name: "podinfo", namespace: "test", phase: "Progressing", checksum: "85d557f47b")
        #expect(
            String(decoding: try encoder.encode(payload), as: UTF8.self)
                == #"{"checksum":"85d557f47b","name":"podinfo","namespace":"test","phase":"Progressing"}"#)
        payload.metadata = ["token": "16688eb5e9f289f1991c"]
        let json = try encoder.encode(payload)
        #expect(
            String(decoding: json, as: UTF8.self).contains(#""metadata":{"token":"16688eb5e9f289f1991c"}"#))
        #expect(try JSONDecoder().decode(CanaryWebhookPayload.self, from: json) == payload)
    }

    @Test("refuses a bad duration in JSON with the reason")
    func badDuration() throws {
        let json = Data(#"{"interval": "10 minutes"}"#.utf8)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(CanaryAnalysis.self, from: json)
        }
        #expect(String(describing: error).contains("unknown unit"))
    }
}
