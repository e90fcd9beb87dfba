import Delivery
import JSON
import KubernetesClient
import Rollout
import Testing

@testable import Controller

/// A Knative Service as a target, on a real API server. The revisions, which Knative would make, are made here.
@Suite("Knative Services", .timeLimit(.minutes(10)))
struct KnativeWorkloadTests {
    private static let first = Revision(spec: "podinfo-00001")
    private static let second = Revision(spec: "podinfo-00002")

    @Test("are promoted by moving primary to the newest revision, once it is ready")
    func promotion() async throws {
        try await RouterFixture.run { fixture in
            let (router, context) = try await ProviderCase.knative.router(in: fixture)
            let memory = CanaryMemory()
            let workload = makeWorkload(
                TargetContext(
                    canary: context.canary, cluster: fixture.cluster, settings: WorkloadSettings(),
                    memory: memory))
            #expect(workload is KnativeWorkload)
            await #expect(throws: ControllerError.self) { try await workload.observe() }

            try await fixture.deploy(Self.first)
            #expect(
                try await workload.observe()
                    == WorkloadObservation(
                        target: Self.first, primary: .absent,
                        canary: WorkloadState(readiness: .ready, revision: Self.first)))
            try await workload.initialise(at: Self.first)
            try await router.reconcile()
            let ready = WorkloadState(readiness: .ready, revision: Self.first)
            #expect(try await workload.observe().primary == ready)

            try await fixture.deploy(Self.second, isReady: false)
            let waiting = try await workload.observe()
            #expect(waiting.target == Self.second && waiting.primary == ready)
            #expect(
                waiting.canary.readiness
                    == .unready("waiting for Revision podinfo-00002 to be ready: pulling", endpoints: 0))
            await #expect(throws: ControllerError.self) { try await workload.promote(Self.first) }
            try await router.route(Routes(canaryWeight: 50))
            try await workload.promote(Self.second)
            #expect(try await workload.observe().primary.revision == Self.second)
            // All of it goes to the same revision now.
            try await router.route(.primary)
            #expect(try await router.routes() == .primary)
            let traffic = try await fixture.stored(KnativeRouter.type, "podinfo").json[
                path: "spec", "traffic"]
            #expect(
                traffic == [
                    ["latestRevision": true, "percent": 0],
                    ["revisionName": "podinfo-00002", "percent": 100],
                ])
        }
    }

    @Test("that the peer left after a failure keep the primary that they have")
    func adoption() async throws {
        try await RouterFixture.run { fixture in
            let (_, context) = try await ProviderCase.knative.router(in: fixture)
            let memory = CanaryMemory()
            let workload = makeWorkload(
                TargetContext(
                    canary: context.canary, cluster: fixture.cluster, settings: WorkloadSettings(),
                    memory: memory))
            try await fixture.deploy(Self.first)
            try await workload.initialise(at: Self.first)
            try await fixture.deploy(Self.second)
            let promoted = Revision(spec: "5f7d8b9c6")
            memory { $0.status.lastPromoted = promoted }
            #expect(try await workload.observe().primary.revision == promoted)
        }
    }
}

extension RouterFixture {
    /// Does what Knative does when the user changes the service.
    fileprivate func deploy(_ revision: Revision, isReady: Bool = true) async throws {
        try await create(KnativeWorkload.revisionType, revision.spec, [:])
        try await change(
            KnativeWorkload.revisionType, revision.spec,
            [
                "status": [
                    "conditions": [
                        ["type": "Ready", "status": isReady ? "True" : "Unknown", "message": "pulling"]
                    ]
                ]
            ], subresource: "status")
        try await change(
            KnativeRouter.type, "podinfo", ["status": ["latestCreatedRevisionName": .string(revision.spec)]],
            subresource: "status")
    }
}
