import Testing

@testable import FlaggerAPI
@testable import Standalone

/// Hashes that statuses of released versions hold: they must never change.
@Suite("Fingerprints of processes")
struct ProcessFingerprintTests {
    private func hash(_ spec: String) throws -> String {
        let manifest = ManifestReader(options: ValidationOptions(requiresProcess: false)).read(
            text: """
                apiVersion: aviary/v1alpha1
                kind: Process
                metadata: {name: podinfo, namespace: test}
                spec: \(spec)
                """)
        guard case .process(let process)? = manifest.entries.first?.resource else { return "\(manifest)" }
        return try StableHash.of(ProcessFingerprint(process.spec))
    }

    @Test(
        "a spec keeps the hash of the first version",
        arguments: [
            (#"{command: ["aviary", "sample-app"]}"#, "206h1pqdi9"),
            (
                #"{replicas: 3, command: [a, "$(PORT)"], env: [{name: COLOR, value: blue}, {name: EMPTY}], workingDirectory: x, configFiles: [s.toml], readinessProbe: {httpGet: {path: /readyz, port: 9}, periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 4, successThreshold: 5, initialDelaySeconds: 6}, terminationGracePeriodSeconds: 7}"#,
                "jsbsbjun4v"
            ),
            (#"{command: [a], readinessProbe: {httpGet: {}}}"#, "iatlvv3aor"),
        ])
    func golden(_ spec: String, _ expected: String) throws {
        #expect(try hash(spec) == expected)
    }

    @Test("the number of replicas is no new revision, everything else is")
    func differs() throws {
        let plain = try hash("{command: [a]}")
        #expect(try hash("{command: [a], replicas: 5}") == plain)
        for other in [
            "{command: [b]}", "{command: [a], env: [{name: A}]}", "{command: [a], workingDirectory: x}",
            "{command: [a], configFiles: [x]}", "{command: [a], readinessProbe: {httpGet: {}}}",
            "{command: [a], terminationGracePeriodSeconds: 11}",
        ] {
            #expect(try hash(other) != plain, "\(other)")
        }
    }

    @Test(
        "every field of the spec is in the fingerprint: one that is added is written when it is not its default"
    )
    func complete() {
        #expect(
            ProcessSpec.CodingKeys.allCases.map(\.rawValue) == [
                "replicas", "command", "env", "workingDirectory", "configFiles", "readinessProbe",
                "terminationGracePeriodSeconds",
            ])
        #expect(
            FlaggerAPI.ReadinessProbe.CodingKeys.allCases.map(\.rawValue) == [
                "httpGet", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold",
                "initialDelaySeconds",
            ])
        #expect(FlaggerAPI.ReadinessProbe.HTTPGet.CodingKeys.allCases.map(\.rawValue) == ["path", "port"])
        #expect(ProcessSpec.EnvironmentVariable.CodingKeys.allCases.map(\.rawValue) == ["name", "value"])
    }
}
