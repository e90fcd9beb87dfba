import FlaggerAPI
import Testing

@Suite struct CanaryValidationTests {
    private static let hookLine = "timeout: 5s"
    private static func analysis(_ lines: String) -> [(String, String)] {
        [("    stepWeight: 10\n", "    \(lines)\n")]
    }

    static let kubernetes = [
        BrokenManifest(
            "hook type", [("type: rollout", "type: during")],
            "24 error spec.analysis.webhooks[0].type: unknown-hook-type"),
        BrokenManifest(
            "provider", [("spec:", "spec:\n  provider: istoi")], "7 error spec.provider: unknown-provider"),
        BrokenManifest(
            "provider without its version", [("spec:", "spec:\n  provider: 'smi:'")],
            "7 error spec.provider: unknown-provider"),
        BrokenManifest(
            "metric", [("request-success-rate", "error-rate")],
            "19 error spec.analysis.metrics[0].name: unknown-metric"),
        BrokenManifest("template elsewhere", [("request-success-rate", "x\n        templateRef: {name: y}")]),
        BrokenManifest(
            "short interval", [("interval: 1m", "interval: 9s")],
            "14 warning spec.analysis.interval: short-interval"),
        BrokenManifest(
            "negative interval", [("interval: 1m", "interval: -1m"), (hookLine, "timeout: 1ns")],
            "14 error spec.analysis.interval: bad-duration", "22 warning spec.analysis.webhooks: slow-hooks"),
        BrokenManifest(
            "weight above 100", [("maxWeight: 50", "maxWeight: 101")],
            "16 error spec.analysis.maxWeight: out-of-range"),
        BrokenManifest(
            "negative weight", [("stepWeight: 10", "stepWeight: -1")],
            "17 error spec.analysis.stepWeight: out-of-range"),
        BrokenManifest(
            "mirror weight", analysis("stepWeight: 10\n    mirrorWeight: 200"),
            "18 error spec.analysis.mirrorWeight: out-of-range"),
        BrokenManifest(
            "ready threshold", analysis("stepWeight: 10\n    canaryReadyThreshold: -5"),
            "18 error spec.analysis.canaryReadyThreshold: out-of-range"),
        BrokenManifest(
            "promotion step", analysis("stepWeight: 10\n    stepWeightPromotion: 120"),
            "18 error spec.analysis.stepWeightPromotion: out-of-range"),
        BrokenManifest(
            "steps that do not grow", analysis("stepWeights: [10, 10, 5]"),
            "17 error spec.analysis.stepWeights[1]: steps-do-not-grow",
            "17 error spec.analysis.stepWeights[2]: steps-do-not-grow"),
        BrokenManifest(
            "step of 0", analysis("stepWeights:\n    - 0\n    - 101"),
            "18 error spec.analysis.stepWeights[0]: out-of-range",
            "19 error spec.analysis.stepWeights[1]: out-of-range"),
        BrokenManifest(
            "both kinds of steps", analysis("stepWeight: 10\n    stepWeights: [10, 20]"),
            "17 error spec.analysis.stepWeight: two-strategies"),
        BrokenManifest(
            "step above the maximum", [("stepWeight: 10", "stepWeight: 60")],
            "17 warning spec.analysis.stepWeight: step-above-maximum"),
        BrokenManifest("no strategy", analysis("iterations: 0"), "13 error spec.analysis: no-strategy"),
        BrokenManifest(
            "no strategy, but none needed",
            [("    stepWeight: 10\n", ""), ("spec:", "spec:\n  skipAnalysis: true")]),
        BrokenManifest(
            "steps and iterations", analysis("stepWeight: 10\n    iterations: 3"),
            "17 warning spec.analysis.stepWeight: two-strategies"),
        BrokenManifest(
            "negative iterations", analysis("iterations: -1"),
            "17 error spec.analysis.iterations: out-of-range"),
        BrokenManifest(
            "match without iterations", analysis("match: [{headers: {a: {exact: b}}}]"),
            "17 error spec.analysis.match: match-without-iterations"),
        BrokenManifest(
            "match without headers", analysis("iterations: 1\n    match: [{}]"),
            "18 error spec.analysis.match[0]: empty-match"),
        BrokenManifest(
            "two conditions", analysis("iterations: 1\n    match: [{headers: {a: {exact: b, prefix: c}}}]"),
            "18 error spec.analysis.match[0].headers.a: bad-condition"),
        BrokenManifest(
            "no condition", analysis("iterations: 1\n    match: [{headers: {a: {}}}]"),
            "18 error spec.analysis.match[0].headers.a: bad-condition"),
        BrokenManifest(
            "header name", analysis("iterations: 1\n    match: [{headers: {a b: {exact: b}}}]"),
            "18 error spec.analysis.match[0].headers[\"a b\"]: bad-header"),
        BrokenManifest(
            "regular expression", analysis("iterations: 1\n    match: [{headers: {a: {regex: '(['}}}]"),
            "18 error spec.analysis.match[0].headers.a.regex: bad-regex"),
        BrokenManifest(
            "missing threshold", [("    threshold: 5\n", "")],
            "13 warning spec.analysis.threshold: no-threshold"),
        BrokenManifest(
            "empty range", [("min: 99", "min: 99\n          max: 1")],
            "20 error spec.analysis.metrics[0].thresholdRange: empty-range"),
        BrokenManifest(
            "no range", [("        thresholdRange:\n          min: 99\n", "")],
            "19 error spec.analysis.metrics[0].thresholdRange: missing-field"),
        BrokenManifest(
            "metric interval", [("min: 99", "min: 99\n        interval: 0s")],
            "22 error spec.analysis.metrics[0].interval: bad-duration"),
        BrokenManifest(
            "scheme", [("http://tester.test/", "ftp://tester.test/")],
            "25 error spec.analysis.webhooks[0].url: bad-url"),
        BrokenManifest(
            "no scheme", [("http://tester.test/", "tester.test/gate")],
            "25 error spec.analysis.webhooks[0].url: bad-url"),
        BrokenManifest(
            "no host", [("http://tester.test/", "http:///gate")],
            "25 error spec.analysis.webhooks[0].url: bad-url"),
        BrokenManifest(
            "blank in a URL", [("http://tester.test/", "http://tester test/")],
            "25 error spec.analysis.webhooks[0].url: bad-url"),
        BrokenManifest(
            "port of a URL", [("http://tester.test/", "http://tester.test:70000/")],
            "25 error spec.analysis.webhooks[0].url: bad-url"),
        BrokenManifest(
            "retries", [(hookLine, "retries: -1")], "26 error spec.analysis.webhooks[0].retries: out-of-range"
        ),
        BrokenManifest(
            "hook time-out", [(hookLine, "timeout: -5s")],
            "26 error spec.analysis.webhooks[0].timeout: bad-duration"),
        BrokenManifest(
            "empty hook name", [("name: load-test", "name: ''")],
            "23 error spec.analysis.webhooks[0].name: missing-field"),
        BrokenManifest(
            "two hooks of one name",
            [("    webhooks:\n", "    webhooks:\n      - {name: load-test, url: 'http://a/'}\n")],
            "24 warning spec.analysis.webhooks[1].name: duplicate-hook"),
        BrokenManifest(
            "slow hooks", [(hookLine, "timeout: 60s")], "22 warning spec.analysis.webhooks: slow-hooks"),
        BrokenManifest(
            "cookie",
            analysis(
                "stepWeight: 10\n    sessionAffinity: {cookieName: 'a;b', maxAge: -1, sameSite: strict}"),
            "18 error spec.analysis.sessionAffinity.cookieName: bad-cookie",
            "18 error spec.analysis.sessionAffinity.maxAge: out-of-range",
            "18 error spec.analysis.sessionAffinity.sameSite: bad-cookie"),
        BrokenManifest(
            "insecure cookie",
            analysis("stepWeight: 10\n    sessionAffinity: {cookieName: a, sameSite: None}"),
            "18 warning spec.analysis.sessionAffinity.secure: bad-cookie"),
        BrokenManifest(
            "one cookie for both sides",
            analysis("stepWeight: 10\n    sessionAffinity: {cookieName: a, primaryCookieName: a}"),
            "18 error spec.analysis.sessionAffinity.primaryCookieName: bad-cookie"),
        BrokenManifest(
            "alert severity",
            analysis("stepWeight: 10\n    alerts: [{name: a, severity: warning, providerRef: {name: b}}]"),
            "18 error spec.analysis.alerts[0].severity: unknown-severity"),
        BrokenManifest("port", [("port: 9898", "port: 65536")], "12 error spec.service.port: bad-port"),
        BrokenManifest(
            "target port", [("port: 9898", "port: 1\n    targetPort: 0")],
            "13 error spec.service.targetPort: bad-port"),
        BrokenManifest(
            "service time-out", [("port: 9898", "port: 1\n    timeout: 0s")],
            "13 error spec.service.timeout: bad-duration"),
        BrokenManifest(
            "service name", [("port: 9898", "port: 1\n    name: Web")], "13 error spec.service.name: bad-name"
        ),
        BrokenManifest(
            "long name",
            [
                (
                    "    kind: Deployment\n    name: podinfo",
                    "    kind: Deployment\n    name: \(String(repeating: "a", count: 56))"
                )
            ], "10 error spec.targetRef.name: bad-name"),
        BrokenManifest(
            "canary name", [("  name: podinfo\n  namespace", "  name: pod_info\n  namespace")],
            "4 error metadata.name: bad-name"),
        BrokenManifest(
            "namespace", [("namespace: test", "namespace: Test")], "5 error metadata.namespace: bad-name"),
        BrokenManifest(
            "target kind", [("kind: Deployment", "kind: Deploiment")],
            "9 error spec.targetRef.kind: unknown-target-kind"),
        BrokenManifest(
            "progress deadline", [("spec:", "spec:\n  progressDeadlineSeconds: 0")],
            "7 error spec.progressDeadlineSeconds: out-of-range"),
        BrokenManifest(
            "both names of the analysis", [("spec:", "spec:\n  canaryAnalysis: {}")],
            "7 warning spec.canaryAnalysis: old-name"),
        BrokenManifest(
            "deadline",
            [("metadata:\n  name", "metadata:\n  annotations: {aviary/gate-deadline: soon}\n  name")],
            "4 error metadata.annotations[\"aviary/gate-deadline\"]: bad-annotation"),
        BrokenManifest(
            "deadline action",
            [
                (
                    "metadata:\n  name",
                    "metadata:\n  annotations: {aviary/gate-deadline: 2h, aviary/gate-deadline-action: stop}\n  name"
                )
            ], "4 error metadata.annotations[\"aviary/gate-deadline-action\"]: bad-annotation"),
        BrokenManifest(
            "action without a deadline",
            [
                (
                    "metadata:\n  name",
                    "metadata:\n  annotations: {aviary/gate-deadline-action: promote}\n  name"
                )
            ], "4 warning metadata.annotations[\"aviary/gate-deadline-action\"]: bad-annotation"),
        BrokenManifest(
            "unquoted pause",
            [("metadata:\n  name", "metadata:\n  annotations: {aviary/pause: true}\n  name")],
            "4 error metadata.annotations[\"aviary/pause\"]: not-a-text"),
        BrokenManifest(
            "misspelt annotation",
            [("metadata:\n  name", "metadata:\n  annotations: {aviary/puase: 'true', other/x: y}\n  name")],
            "4 warning metadata.annotations[\"aviary/puase\"]: unknown-annotation"),
    ]

    @Test("finds what is wrong with a canary, and only that", arguments: kubernetes)
    func canary(manifest: BrokenManifest) throws {
        try manifest.expectDiagnostics(in: SampleManifest.kubernetes)
    }
}
