import FlaggerAPI
import Foundation
import Testing

/// Manifests for tests: files of `Resources`, and small texts that tests change.
enum SampleManifest {
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Resources/\(name)", withExtension: nil)).path
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    static func load(_ name: String) throws -> Manifest { Manifest.load(files: [try path(name)]) }

    /// A valid canary on Kubernetes; line numbers are counted in tests.
    static let kubernetes = """
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata:
          name: podinfo
          namespace: test
        spec:
          targetRef:
            apiVersion: apps/v1
            kind: Deployment
            name: podinfo
          service:
            port: 9898
          analysis:
            interval: 1m
            threshold: 5
            maxWeight: 50
            stepWeight: 10
            metrics:
              - name: request-success-rate
                thresholdRange:
                  min: 99
            webhooks:
              - name: load-test
                type: rollout
                url: http://tester.test/
                timeout: 5s
                metadata:
                  cmd: hey

        """

    /// A valid canary of a process, and the process.
    static let standalone = """
        apiVersion: aviary/v1alpha1
        kind: Process
        metadata:
          name: podinfo
          namespace: test
        spec:
          command: [podinfo, --port, $(PORT)]
          env:
            - name: COLOR
              value: blue
          readinessProbe:
            httpGet:
              path: /readyz
        ---
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata:
          name: podinfo
          namespace: test
        spec:
          targetRef:
            kind: Process
            name: podinfo
          service:
            port: 9898
          analysis:
            interval: 1s
            threshold: 5
            iterations: 5

        """

    /// Reads a text in which each of the given texts, which it must hold once, was replaced.
    static func read(
        _ base: String, replacing replacements: [(String, String)],
        options: ValidationOptions = ValidationOptions()
    ) throws -> Manifest {
        var text = base
        for (old, new) in replacements {
            try #require(text.components(separatedBy: old).count == 2, "\(old) is not there once")
            text = text.replacingOccurrences(of: old, with: new)
        }
        return ManifestReader(options: options).read(text: text, file: "sample.yaml")
    }
}
