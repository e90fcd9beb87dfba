import JSON
import KubernetesClient
import Rollout

extension RouterType {
    /// Knative Serving, by the traffic of the target itself.
    public static let knative = RouterType(
        providers: ["knative"], abilities: [.weights],
        watched: [KnativeRouter.type, KnativeWorkload.revisionType],
        queries: .envoy(
            labels: """
                envoy_cluster_name=~"{{ namespace }}/{{ route }}"
                """, routeIsRevision: true),
        complaint: { context in
            guard context.canary.spec.autoscalerRef == nil else {
                return "spec.autoscalerRef: Knative scales its revisions itself: remove it"
            }
            guard !KnativeWorkload.isTarget(of: context.canary) else { return nil }
            return
                "spec.targetRef: must be a Service of \(KnativeRouter.type.apiVersion) with provider knative"
        }
    ) { KnativeRouter(context: $0) }
}

/// The traffic block of the target, a Knative Service of the user's: its newest revision is the canary.
struct KnativeRouter: TrafficRouter {
    static let type = ResourceType(
        group: "serving.knative.dev", version: "v1", kind: "Service", plural: "services")
    /// The peer's annotation with the name of the revision that is primary.
    static let primaryKey = "flagger.app/primary-revision"

    let context: RouterContext

    private var name: String { context.canary.spec.targetRef.name }

    func routes() async throws -> Routes? {
        guard let service = try await context.find(Self.type, name),
            let primary = service.annotations[Self.primaryKey],
            let traffic = service.json[path: "spec", "traffic"]?.elements
        else { return nil }
        let canaryTarget = traffic.first { $0["latestRevision"] == true }
        let primaryTarget = traffic.first { $0["revisionName"] == .string(primary) }
        return context.routes(
            primary: primaryTarget.map { $0["percent"] ?? 0 }, canary: canaryTarget.map { $0["percent"] ?? 0 }
        )
    }

    func route(_ routes: Routes) async throws {
        var service = try await context.find(Self.type, name)
        for attempt in 1... {
            guard let current = service else {
                throw ControllerError.route(
                    "Knative Service \(name).\(context.namespace) not found: create it, or change spec.targetRef"
                )
            }
            do {
                return try await write(routes, to: current)
            } catch let error as KubernetesError where error.isOutdated && attempt < 4 {
                service = try await context.cluster.fetch(Self.type, name, in: context.namespace)
            }
        }
    }

    func finalize() async throws {
        guard let service = try await context.find(Self.type, name),
            service.annotations[Self.primaryKey] != nil
        else { return }
        let patch: JSONValue = [
            "metadata": ["annotations": [Self.primaryKey: .null]],
            "spec": ["traffic": [["latestRevision": true, "percent": 100]]],
        ]
        try await context.cluster.patch(Self.type, name, in: context.namespace, with: patch)
    }

    private func write(_ routes: Routes, to service: KubernetesObject) async throws {
        let newest = service.json[path: "status", "latestCreatedRevisionName"]?.string
        guard let primary = service.annotations[Self.primaryKey] ?? newest else {
            throw ControllerError.route("Knative Service \(service.key) has no revision yet")
        }
        let wanted: JSONValue = [
            "metadata": ["annotations": [Self.primaryKey: .string(primary)]],
            "spec": [
                "traffic": [
                    ["latestRevision": true, "percent": JSONValue(routes.canaryWeight)],
                    ["revisionName": .string(primary), "percent": JSONValue(routes.primaryWeight)],
                ]
            ],
        ]
        guard !service.json.contains(wanted) else { return }
        var patch = wanted
        patch[path: "metadata", "resourceVersion"] = service.resourceVersion.map { .string($0) }
        try await context.cluster.patch(Self.type, name, in: context.namespace, with: patch)
    }
}
