import FlaggerAPI
import Testing

@Suite struct ProcessValidationTests {
    static let standalone = [
        BrokenManifest("own provider", [("  service:", "  provider: aviary\n  service:")]),
        BrokenManifest(
            "provider of Kubernetes", [("  service:", "  provider: istio\n  service:")],
            "24 error spec.provider: unknown-provider"),
        BrokenManifest(
            "unknown process",
            [("    kind: Process\n    name: podinfo", "    kind: Process\n    name: podinfos")],
            "23 error spec.targetRef.name: unknown-target"),
        BrokenManifest(
            "process in another namespace",
            [("  namespace: test\nspec:\n  command", "  namespace: prod\nspec:\n  command")],
            "23 error spec.targetRef.name: unknown-target"),
        BrokenManifest(
            "version of the target",
            [("    kind: Process\n", "    kind: Process\n    apiVersion: apps/v1\n")],
            "23 error spec.targetRef.apiVersion: unknown-version"),
        BrokenManifest(
            "short interval", [("interval: 1s", "interval: 999ms")],
            "27 error spec.analysis.interval: short-interval"),
        BrokenManifest(
            "unknown template",
            [
                (
                    "iterations: 5",
                    "iterations: 5\n    metrics: [{name: m, templateRef: {name: t}, thresholdRange: {max: 1}}]"
                )
            ], "30 error spec.analysis.metrics[0].templateRef: unknown-template"),
        BrokenManifest(
            "unknown alert provider",
            [("iterations: 5", "iterations: 5\n    alerts: [{name: a, providerRef: {name: b}}]")],
            "30 error spec.analysis.alerts[0].providerRef: unknown-alert-provider"),
        BrokenManifest(
            "condition of a mesh",
            [
                (
                    "iterations: 5",
                    "iterations: 5\n    match: [{headers: {a: {exact: b}}, sourceLabels: {c: d}}]"
                )
            ], "30 warning spec.analysis.match[0]: ignored-condition"),
        BrokenManifest(
            "no command", [("[podinfo, --port, $(PORT)]", "[]")], "7 error spec.command: empty-command"),
        BrokenManifest(
            "text as the command", [("[podinfo, --port, $(PORT)]", "podinfo --port $(PORT)")],
            "7 error spec.command: wrong-type"),
        BrokenManifest("number in the command", [("$(PORT)", "9898")], "7 error spec.command[2]: wrong-type"),
        BrokenManifest(
            "missing command", [("command:", "comand:")], "6 error spec.command: missing-field",
            "7 warning spec.comand: unknown-field"),
        BrokenManifest("variable", [("name: COLOR", "name: A=B")], "9 error spec.env[0].name: bad-variable"),
        BrokenManifest(
            "two variables of one name", [("value: blue", "value: blue\n    - {name: COLOR, value: red}")],
            "11 warning spec.env[1].name: duplicate-variable"),
        BrokenManifest(
            "replicas", [("spec:\n  command", "spec:\n  replicas: 0\n  command")],
            "7 error spec.replicas: out-of-range"),
        BrokenManifest(
            "grace period", [("spec:\n  command", "spec:\n  terminationGracePeriodSeconds: -1\n  command")],
            "7 error spec.terminationGracePeriodSeconds: out-of-range"),
        BrokenManifest(
            "empty configuration file", [("spec:\n  command", "spec:\n  configFiles: ['']\n  command")],
            "7 error spec.configFiles[0]: bad-file-name"),
        BrokenManifest(
            "empty directory", [("spec:\n  command", "spec:\n  workingDirectory: ''\n  command")],
            "7 error spec.workingDirectory: bad-file-name"),
        BrokenManifest(
            "probe", [("path: /readyz", "path: readyz\n      port: 0\n    periodSeconds: 0")],
            "13 error spec.readinessProbe.httpGet.path: bad-path",
            "14 error spec.readinessProbe.httpGet.port: bad-port",
            "15 error spec.readinessProbe.periodSeconds: out-of-range"),
        BrokenManifest(
            "unknown kind of ours", [("kind: Process\nmetadata", "kind: Program\nmetadata")],
            "2 error kind: unknown-kind", "23 error spec.targetRef.name: unknown-target"),
    ]

    @Test("finds what is wrong with a process and its canary, and only that", arguments: standalone)
    func process(manifest: BrokenManifest) throws {
        try manifest.expectDiagnostics(in: SampleManifest.standalone)
    }
}
