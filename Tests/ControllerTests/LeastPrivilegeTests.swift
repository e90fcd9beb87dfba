import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

@testable import Controller

/// The controller with the rights that the chart gives it, and no others.
@Suite("The role of the chart", .timeLimit(.minutes(10)))
struct LeastPrivilegeTests {
    @Test("lets a controller do all it has to, and nothing that it never does")
    func wholeCluster() async throws {
        let plane = try await TestControlPlane.start()
        do {
            let cluster = TestCluster(plane: plane)
            try await plane.audit()
            try await cluster.installDefinitions()
            try await cluster.installProviders("gateway-api")
            let account = ServiceAccount(cluster: cluster, namespace: "aviary-system")
            try await account.install(["leaderElection.enabled=true"])
            try await Self.release(on: cluster, as: account, flags: ["-namespace", ""])
            let granted = try await account.grants(of: "ClusterRole", "release-aviary")
            // The server writes a watch down when it has seen its end.
            try await eventually("granted and never used: \(try Self.idle(granted, plane, account).sorted())")
            {
                try Self.idle(granted, plane, account).isEmpty
            }
            let used = try AuditLog(of: plane, user: account.user)
            #expect(used.refused.isEmpty, "\(used.refused)")
            #expect(used.actions.subtracting(granted).subtracting(Self.lease).isEmpty)

            // The same in one namespace alone, by roles of that namespace.
            let confined = ServiceAccount(cluster: cluster, namespace: "aviary-confined")
            try await Self.release(on: cluster, as: confined) { namespace in
                try await confined.install(["leaderElection.enabled=true", "namespace=\(namespace)"])
            }
            let refused = try AuditLog(of: plane, user: confined.user).refused
            #expect(refused.isEmpty, "\(refused)")

            try await Self.refuse(in: cluster)
        } catch {
            try? await plane.stop()
            throw error
        }
        try await plane.stop()
    }

    /// A controller that may read everything, and change what is in its own namespace alone; and a cluster without the
    /// kinds of a provider.
    private static func refuse(in cluster: TestCluster) async throws {
        let account = ServiceAccount(cluster: cluster, namespace: "aviary-refused")
        try await account.install([])
        try await cluster.kubectl("delete", "clusterrolebinding", "release-aviary")
        try await RunningController.run(on: cluster) { _, namespace, folder in
            try await account.grant(everythingIn: namespace)
            return ["-kubeconfig", try await account.kubeconfig(in: folder), "-namespace", ""]
        } _: { controller in
            let elsewhere = try await controller.client.makeNamespace("refused")
            var other = controller.app()
            other.namespace = elsewhere
            _ = try await controller.client.create(other.deployment, as: .deployment)
            _ = try await controller.client.create(other.canary, as: .canary)
            var mesh = controller.app()
            mesh.name = "mesh"
            mesh.spec = ["provider": "istio"]
            mesh.analysis = ["interval": "1s", "threshold": 2, "stepWeight": 50]
            _ = try await controller.client.create(mesh.deployment, as: .deployment)
            _ = try await controller.client.create(mesh.canary, as: .canary)

            try await controller.shows("RoutingFailed", "the cluster has no DestinationRule of", "mesh")
            var accepted = CanaryConditionReading([:])
            try await eventually("\(accepted) \(controller.program.errors.suffix(3000))") {
                let object = try await controller.client.get(
                    ObjectReference(.canary, namespace: elsewhere, name: "podinfo"))
                accepted = CanaryConditionReading(object?.json["status"] ?? [:], type: "Accepted")
                return accepted.reason == "Forbidden"
            }
            #expect(accepted.message?.contains("cannot create resource \"deployments\"") == true)
            #expect(accepted.message?.contains("in the namespace \"\(elsewhere)\"") == true)
            // Others go on, and what was missing is found once it is there.
            try await controller.initialise(controller.app())
            try await cluster.installProviders("istio")
            try await controller.reach("Initialized", "mesh")
            try await controller.shows(nil, "", "mesh")
        }
    }

    /// What is granted and was not used, though this release has a use for it.
    private static func idle(
        _ granted: Set<Action>, _ plane: TestControlPlane, _ account: ServiceAccount
    ) throws -> Set<Action> {
        let used = try AuditLog(of: plane, user: account.user).actions
        return granted.subtracting(used).filter { !isUnusedHere($0) }
    }

    /// The role of the lease, which is one of its namespace.
    private static let lease: Set<Action> = Set(
        ["get", "create", "update"].map { Action("coordination.k8s.io", "leases", $0) })

    /// What this release has no use for, and others have.
    private static func isUnusedHere(_ action: Action) -> Bool {
        switch (action.group, action.resource, action.verb) {
        // Other providers, and KEDA.
        case ("networking.istio.io", _, _), ("networking.k8s.io", _, _), ("traefik.io", _, _),
            ("projectcontour.io", _, _), ("split.smi-spec.io", _, _), ("apisix.apache.org", _, _),
            ("kuma.io", _, _), ("gateway.solo.io", _, _), ("gloo.solo.io", _, _),
            ("serving.knative.dev", _, _), ("keda.sh", _, _):
            true
        // Read again after a conflict only.
        case ("autoscaling", _, "get"), ("gateway.networking.k8s.io", _, "get"), ("autoscaling", _, "patch"):
            true
        // Servers before 1.19 have no other events; an admission plugin that is off here asks for finalizers.
        case ("", "events", _), ("flagger.app", "canaries/finalizers", _): true
        // Repeated events are written together, after a while.
        case ("events.k8s.io", "events", "patch"): true
        default: false
        }
    }

    /// A release with all that the core groups are needed for.
    private static func release(
        on cluster: TestCluster, as account: ServiceAccount, flags: [String] = [],
        preparing prepare: @escaping (String) async throws -> Void = { _ in }
    ) async throws {
        try await HookServer.run { hooks in
            let measured = #"{"data":{"resultType":"vector","result":[{"value":[1,"1"]}]}}"#
            hooks.answer("api/v1/query", .status(200, body: measured))
            let election = ["-enable-leader-election=true", "-leader-election-namespace", account.namespace]
            try await RunningController.run(election, on: cluster) { _, namespace, folder in
                try await prepare(namespace)
                return ["-kubeconfig", try await account.kubeconfig(in: folder)] + flags
            } _: { controller in
                try await controller.makeReferences(to: hooks)
                try await controller.releaseEverything()
                #expect(hooks.calls(of: "alerts").isEmpty == false)
                #expect(controller.program.errors.contains("orbidden") == false)
            }
        }
    }
}

extension RunningController {
    /// A metric template, an alert provider, and the configuration and autoscaler of an app.
    fileprivate func makeReferences(to hooks: HookServer) async throws {
        let address = Data(hooks.url("alerts").utf8).base64EncodedString()
        try await create(.secret, "alerts", ["data": ["address": .string(address)]])
        try await create(
            .alertProvider, "alerts", ["spec": ["type": "slack", "secretRef": ["name": "alerts"]]])
        try await create(
            .metricTemplate, "errors",
            [
                "spec": [
                    "query": "vector(1)",
                    "provider": ["type": "prometheus", "address": .string(hooks.url(""))],
                ]
            ])
        try await create(.secret, "password", ["data": ["password": "c2VjcmV0"]])
        try await makeConfigMap("settings", ["color": "blue"])
        try await create(
            .autoscalerTypes[1], "podinfo",
            [
                "spec": [
                    "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"],
                    "minReplicas": 1, "maxReplicas": 2,
                ]
            ])
    }

    /// A Deployment by weights and a DaemonSet, each released and then deleted with revert.
    fileprivate func releaseEverything() async throws {
        var app = app()
        app.replicas = nil
        app.container = [
            "envFrom": [
                ["configMapRef": ["name": "settings"]], ["secretRef": ["name": "password"]],
            ]
        ]
        app.spec = [
            "provider": "gatewayapi:v1", "revertOnDeletion": true,
            "autoscalerRef": [
                "apiVersion": .string(ResourceType.autoscalerTypes[1].apiVersion),
                "kind": "HorizontalPodAutoscaler", "name": "podinfo",
            ],
        ]
        app.service = ["port": 9898, "gatewayRefs": [["name": "public", "namespace": "gateways"]]]
        app.analysis = [
            "interval": "1s", "threshold": 2, "stepWeight": 50, "maxWeight": 50,
            "metrics": [
                ["name": "errors", "templateRef": ["name": "errors"], "thresholdRange": ["min": 1]]
            ],
            "alerts": [["name": "all", "severity": "info", "providerRef": ["name": "alerts"]]],
        ]
        // Of the user's own, so that it is changed and not made.
        let ports: JSONValue = [["name": "http", "port": 9898]]
        try await create(.service, "podinfo", ["spec": ["selector": ["app": "podinfo"], "ports": ports]])
        try await initialise(app)
        let set = try await releaseDaemonSet()
        try await askForPods()
        try await patch(.configMap, "settings", ["data": ["color": "red"]])
        try await patch(.secret, "password", ["data": ["password": "bmV3"]])
        try await reach("Succeeded")
        try await reach("Succeeded", set)
        try await cluster.kubectl("-n", namespace, "delete", "canary", "podinfo", "--timeout=60s")
    }

    /// A port that the template does not name may be one of its pods.
    private func askForPods() async throws {
        var app = app()
        app.name = "meshed"
        app.service = ["port": 9898, "targetPort": "proxied"]
        _ = try await client.create(app.deployment, as: .deployment)
        _ = try await client.create(app.canary, as: .canary)
        try await shows("TargetUnusable", "has a port named proxied", app.name)
    }

    private func releaseDaemonSet() async throws -> String {
        var app = app()
        app.name = "agent"
        app.spec = [
            "provider": "kubernetes",
            "targetRef": ["apiVersion": "apps/v1", "kind": "DaemonSet", "name": "agent"],
        ]
        var set = app.deployment
        set.json["kind"] = "DaemonSet"
        set.json[path: "spec", "replicas"] = nil
        _ = try await client.create(set, as: .daemonSet)
        _ = try await client.create(app.canary, as: .canary)
        try await reach("Initialized", app.name)
        let label: JSONValue = ["labels": ["app": "agent", "release": "2"]]
        try await patch(.daemonSet, "agent", ["spec": ["template": ["metadata": label]]])
        return app.name
    }
}
