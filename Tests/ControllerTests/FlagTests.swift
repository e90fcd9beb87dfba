import Delivery
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

@testable import Controller

/// What the command line says, seen in the cluster and by those who are told.
@Suite("The controller's flags", .timeLimit(.minutes(10)))
struct FlagTests {
    @Test("name labels, prefixes, classes and servers, and the metrics say what came of it")
    func canaries() async throws {
        try await ProviderDefinitions.shared.install()
        let prometheus = try await PrometheusStandIn()
        try await HookServer.run { hooks in
            let proxy = try await TunnelProxy(to: hooks.port)
            let flags = [
                "-selector-labels=team,tier", "-include-label-prefix=example.com/,unit",
                "-ingress-class=edge", "-ingress-annotations-prefix=custom.ingress",
                "-metrics-server=\(prometheus.url)", "-event-webhook=\(hooks.url("all"))",
                "-slack-url=http://slack.invalid/hook", "-slack-proxy-url=\(proxy.url)",
                "-slack-user=bird", "-slack-channel=releases", "-cluster-name=north",
            ]
            try await RunningController.run(flags) { controller in
                let elsewhere = try await Self.canaryElsewhere(controller)
                try await controller.initialise(Self.measured(controller), labelled: "team")
                try await Self.expectRoutersNamed(by: controller)
                // One that can't be used counts as well.
                var refused = controller.app()
                refused.name = "refused"
                refused.spec["provider"] = "appmesh"
                _ = try await controller.client.create(refused.canary, as: .canary)
                try await controller.shows("Invalid", "spec.provider: ", "refused")
                try await controller.deploy("podinfo:2.0.0")
                try await controller.reach("Succeeded", "release")
                let primary = try await controller.get(.deployment, "podinfo-primary")
                #expect(
                    primary?.json[path: "spec", "selector", "matchLabels"] == ["team": "podinfo-primary"])
                #expect(primary?.labels["example.com/owner"] == "shop")
                #expect(primary?.labels["unit"] == "a")
                #expect(primary?.labels["other"] == nil)
                Self.expectQueries(prometheus)
                try await Self.expectTold(hooks)
                #expect(Set(proxy.targets) == ["slack.invalid:80"])
                try await Self.expectMetrics(of: controller)
                // The only namespace that is watched is the one of the flag.
                let other = try await controller.client.get(
                    ObjectReference(.canary, namespace: elsewhere, name: "podinfo"))
                #expect(other?.json["status"] == nil)
            }
            await proxy.stop()
        }
        await prometheus.stop()
    }

    @Test("let Microsoft Teams hear the alerts, through its proxy, rather than Slack")
    func teams() async throws {
        try await HookServer.run { hooks in
            let proxy = try await TunnelProxy(to: hooks.port)
            let flags = [
                "-msteams-url=http://teams.invalid/teams", "-msteams-proxy-url=\(proxy.url)",
                "-slack-url=\(hooks.url("slack"))",
            ]
            try await RunningController.run(flags) { controller in
                try await controller.initialise(controller.app())
                try await eventually { hooks.calls(of: "teams").isEmpty == false }
                #expect(hooks.calls(of: "teams").first?.body.contains("initialization completed") == true)
                #expect(hooks.calls(of: "slack").isEmpty)
                #expect(Set(proxy.targets) == ["teams.invalid:80"])
            }
            await proxy.stop()
        }
    }

    /// A canary that is called otherwise than its target, and measured by what is built in.
    private static func measured(_ controller: RunningController) -> ReleasedApp {
        var app = controller.app()
        app.spec["targetRef"] = ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"]
        app.analysis["metrics"] = [
            ["name": "request-success-rate", "thresholdRange": ["min": 99], "interval": "1m"],
            ["name": "request-duration", "thresholdRange": ["max": 500], "interval": "30s"],
        ]
        return app
    }

    private static func canaryElsewhere(_ controller: RunningController) async throws -> String {
        let namespace = try await controller.client.makeNamespace("elsewhere")
        var app = controller.app()
        app.namespace = namespace
        _ = try await controller.client.create(app.deployment, as: .deployment)
        _ = try await controller.client.create(app.canary, as: .canary)
        return namespace
    }

    /// Canaries of Contour and NGINX, beside the first.
    private static func expectRoutersNamed(by controller: RunningController) async throws {
        var contour = controller.app()
        contour.name = "contour"
        contour.spec = ["provider": "contour"]
        contour.analysis = ["interval": "1s", "threshold": 2, "stepWeight": 50]
        try await controller.initialise(contour, labelled: "tier")
        let proxy = try await controller.get(ContourRouter.type, "contour")
        #expect(proxy?.json[path: "spec", "ingressClassName"] == "edge")

        try await controller.create(
            UserIngress.type, "web",
            [
                "metadata": ["annotations": ["custom.ingress/rewrite-target": "/"]],
                "spec": [
                    "rules": [
                        [
                            "host": "app.example.com",
                            "http": ["paths": [ProviderCase.path("/", to: "nginx")]],
                        ]
                    ]
                ],
            ])
        var nginx = contour
        nginx.name = "nginx"
        nginx.spec = ProviderCase.ingressRef.merged(with: ["provider": "nginx"])
        try await controller.initialise(nginx, labelled: "tier")
        let ingress = try await controller.get(UserIngress.type, "web-canary")
        #expect(ingress?.annotations["custom.ingress/canary"] == "true")
        #expect(ingress?.annotations["custom.ingress/canary-weight"] == "0")
        #expect(ingress?.annotations["custom.ingress/rewrite-target"] == "/")
    }

    private static func expectQueries(_ prometheus: PrometheusStandIn) {
        let pods = "kubernetes_pod_name=~\"podinfo-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)\""
        #expect(
            prometheus.queries.contains { $0.contains(pods) && $0.contains("_count{") && $0.contains("[1m]") }
        )
        #expect(
            prometheus.queries.contains {
                $0.contains(pods) && $0.contains("_bucket{") && $0.contains("[30s]")
            })
    }

    private static func expectTold(_ hooks: HookServer) async throws {
        let slack = "hook"
        try await eventually {
            hooks.calls(of: slack).contains { $0.body.contains("promotion finished") }
        }
        for call in hooks.calls(of: slack) {
            let message = try JSONValue(parsing: call.body)
            #expect(message["channel"] == "releases")
            #expect(message["username"] == "bird")
        }
        #expect(hooks.calls(of: slack).contains { $0.body.contains("north") })
        try await eventually {
            hooks.calls(of: "all").contains {
                $0.name == "release" && $0.metadata["eventMessage"]?.hasPrefix("Promotion completed!") == true
            }
        }
    }

    /// Names, labels and values as the peer shows them: canaries are called by their targets.
    private static func expectMetrics(of controller: RunningController) async throws {
        let names = #"name="podinfo",namespace="\#(controller.namespace)""#
        let space = #"namespace="\#(controller.namespace)""#
        let text = try await controller.metrics()
        for line in [
            #"flagger_info{mesh_provider="kubernetes",version=""#,
            "flagger_canary_total{\(space)} 4",
            "flagger_canary_status{\(names)} 1",
            "flagger_canary_weight{\(space),workload=\"podinfo-primary\"} 100",
            "flagger_canary_weight{\(space),workload=\"podinfo\"} 0",
            "flagger_canary_metric_analysis{\(names),metric=\"request-success-rate\"} 99.5",
            "flagger_canary_metric_analysis{\(names),metric=\"request-duration\"} 0.25",
            "flagger_canary_successes_total{\(names),deployment_strategy=\"blue-green\",analysis_status=\"completed\"} 1",
            "flagger_canary_duration_seconds_bucket{\(names),le=\"0.005\"}",
            "flagger_canary_duration_seconds_bucket{\(names),le=\"+Inf\"}",
            "flagger_canary_duration_seconds_sum{\(names)}",
            "# TYPE flagger_canary_failures_total counter",
        ] {
            #expect(text.contains(line), "\(line) is not in \(text)")
        }
    }
}

extension RunningController {
    /// Creates an app whose pods are told apart by another label, and a canary of its own name for it.
    fileprivate func initialise(_ app: ReleasedApp, labelled label: String) async throws {
        var deployment = app.deployment
        let labels: JSONValue = [label: .string(app.name)]
        deployment.json[path: "spec", "selector", "matchLabels"] = labels
        deployment.json[path: "spec", "template", "metadata", "labels"] = labels
        deployment.json[path: "metadata", "labels"] = [
            "example.com/owner": "shop", "unit": "a", "other": "b",
        ]
        _ = try await client.create(deployment, as: .deployment)
        var canary = app.canary
        if app.name == "podinfo" { canary.json[path: "metadata", "name"] = "release" }
        _ = try await client.create(canary, as: .canary)
        try await reach("Initialized", canary.name)
    }

    /// What `/metrics` shows.
    fileprivate func metrics() async throws -> String {
        let listening = program.errors.split(separator: "\n").first { $0.contains("\"listening\"") }
        let line = try JSONValue(parsing: String(try #require(listening)))
        let port = try #require(line["port"]?.string ?? line["port"]?.int.map { "\($0)" })
        let server = HTTPServerClient()
        let answer = try? await server.send(ServerRequest("http://127.0.0.1:\(port)/metrics"))
        await server.shutdown()
        return try #require(answer).body
    }
}
