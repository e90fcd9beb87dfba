import Delivery
import FlaggerAPI
import JSON
import KubernetesClient
import Rollout

/// A target that is a Knative Service: its newest revision is the canary, the one named in an annotation is primary.
///
/// Both run as long as traffic or the user's settings want them to; nothing is created or scaled here.
struct KnativeWorkload: ClusterWorkload {
    static let revisionType = ResourceType(
        group: "serving.knative.dev", version: "v1", kind: "Revision", plural: "revisions")

    let context: TargetContext

    /// Whether a canary's target is one.
    static func isTarget(of canary: Canary) -> Bool {
        let target = canary.spec.targetRef
        return target.kind == KnativeRouter.type.kind && target.apiVersion == KnativeRouter.type.apiVersion
    }

    func observe() async throws -> WorkloadObservation {
        let service = try await target()
        let newest = try newestRevision(of: service)
        let revision = Revision(spec: newest)
        context.memory { memory in
            memory.target = revision
            memory.generation = nil
        }
        return WorkloadObservation(
            target: revision, primary: try await primaryState(of: service, newest: newest),
            canary: WorkloadState(readiness: try await readiness(of: newest), revision: revision))
    }

    func initialise(at revision: Revision) async throws {
        let service = try await target()
        guard service.annotations[KnativeRouter.primaryKey] == nil else { return }
        try await mark(service, as: revision)
    }

    func scaleUp(to revision: Revision) async throws {}

    func scaleDown() async throws {}

    func promote(_ revision: Revision) async throws {
        guard
            let service = try await context.cluster.fetch(
                KnativeRouter.type, context.targetName, in: context.namespace)
        else { throw missing }
        guard try newestRevision(of: service) == revision.spec else {
            throw ControllerError.target("\(text) has changed meanwhile")
        }
        try await mark(service, as: revision)
    }

    func selector() async throws -> (label: String, value: String)? { nil }

    func discoveredPorts() async throws -> [ServicePort] { [] }

    func complaint() async throws -> String? {
        _ = try await target()
        return nil
    }

    func takeOverPrimary() async throws -> Bool {
        try await target().annotations[KnativeRouter.primaryKey] != nil
    }

    func lacksPrimary() async throws -> Bool { false }

    func restorePrimary(at revision: Revision) async throws {}

    func adoptPrimary(at revision: Revision) async throws {}

    func restore() async throws -> Bool { true }

    private var text: String { "Knative Service \(context.targetName).\(context.namespace)" }

    private var missing: ControllerError {
        .target("\(text) not found: create it, or change spec.targetRef")
    }

    private func target() async throws -> KubernetesObject {
        guard let target = try await context.find(KnativeRouter.type, context.targetName) else {
            throw missing
        }
        return target
    }

    private func newestRevision(of service: KubernetesObject) throws -> String {
        guard let newest = service.json[path: "status", "latestCreatedRevisionName"]?.string, !newest.isEmpty
        else { throw ControllerError.target("\(text) has no revision yet") }
        return newest
    }

    private func primaryState(of service: KubernetesObject, newest: String) async throws -> WorkloadState {
        guard let name = service.annotations[KnativeRouter.primaryKey] else { return .absent }
        var revision = Revision(spec: name)
        // The peer tells revisions by fingerprints that can't be computed here.
        if name != newest, let known = context.memory({ $0.status.lastPromoted }),
            !known.spec.hasPrefix("\(context.targetName)-")
        {
            revision = known
        }
        return WorkloadState(readiness: try await readiness(of: name), revision: revision)
    }

    private func readiness(of revision: String) async throws -> WorkloadState.Readiness {
        guard let object = try await context.find(Self.revisionType, revision) else {
            return .unready("Revision \(revision).\(context.namespace) not found", endpoints: 0)
        }
        let conditions = object.json[path: "status", "conditions"]?.elements ?? []
        let ready = conditions.first { $0["type"] == "Ready" }
        guard ready?["status"] != "True" else { return .ready }
        let reason = ready?["message"]?.string ?? ready?["reason"]?.string ?? "no status yet"
        return .unready("waiting for Revision \(revision) to be ready: \(reason)", endpoints: 0)
    }

    private func mark(_ service: KubernetesObject, as revision: Revision) async throws {
        guard service.annotations[KnativeRouter.primaryKey] != revision.spec else { return }
        try await context.cluster.patch(
            KnativeRouter.type, context.targetName, in: context.namespace,
            with: [
                "metadata": [
                    "resourceVersion": .string(service.resourceVersion ?? ""),
                    "annotations": [KnativeRouter.primaryKey: .string(revision.spec)],
                ]
            ])
    }
}
