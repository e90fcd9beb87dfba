import FlaggerAPI
import Rollout
import Testing

@testable import Controller

/// How a canary goes on whose status was written by another program, or is not whole any more.
@Suite("A status that is adopted")
struct AdoptionTests {
    private static let target = Revision(spec: "new")
    private static let primary = Revision(spec: "old", configuration: "c")

    @Test(
        "of the peer counts the target as seen when it is at rest, and starts an analysis over",
        arguments: [
            ("Initialized", Phase.initialized, target), ("Succeeded", .succeeded, target),
            ("Failed", .failed, primary), ("Progressing", .waiting, primary),
            ("WaitingPromotion", .waiting, primary), ("Waiting", .waiting, primary),
            ("Promoting", .promoting, primary), ("Finalising", .finalising, target),
        ])
    func peer(_ name: String, _ phase: Phase, _ promoted: Revision) {
        var peer = CanaryStatus(phase: name)
        peer.lastAppliedSpec = "5454669676"
        peer.lastPromotedSpec = "6799c4b9c4"
        peer.canaryWeight = 40
        let status = Adoption.status(of: peer, target: Self.target, primary: Self.primary)
        #expect(status.phase == phase)
        #expect(status.lastApplied == Self.target)
        #expect(status.lastPromoted == promoted)
        #expect(status.routes == (phase == .promoting ? Routes(canaryWeight: 40) : .primary))
    }

    @Test(
        "of this program that lost its conditions trusts what is left: nothing counts as seen that was not",
        arguments: [
            ("Initialized", Phase.initialized, 0), ("Succeeded", .succeeded, 0), ("Failed", .failed, 100),
            ("Progressing", .waiting, 0), ("WaitingPromotion", .waiting, 0), ("Promoting", .promoting, 40),
            ("Finalising", .finalising, 40),
        ])
    func own(_ name: String, _ phase: Phase, _ weight: Int) {
        var fields = CanaryStatus(phase: name)
        fields.lastAppliedSpec = "applied"
        fields.lastPromotedSpec = Self.primary.spec
        fields.trackedConfigs = ["configmap/settings": "1"]
        fields.canaryWeight = name == "Failed" ? 100 : 40
        if ["Initialized", "Succeeded"].contains(name) { fields.canaryWeight = 0 }
        let status = Adoption.status(ofOwn: fields, primary: Self.primary)
        #expect(status.phase == phase)
        #expect(status.lastPromoted == Self.primary)
        let configuration = TrackedConfiguration.hash(of: ["configmap/settings": "1"])
        #expect(status.lastApplied == Revision(spec: "applied", configuration: configuration))
        #expect(status.routes == Routes(canaryWeight: weight))
    }
}
