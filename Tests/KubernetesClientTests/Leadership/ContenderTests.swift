import Foundation
import KubernetesClient
import KubernetesTesting
import Testing

/// Leader election among real processes, on a real API server.
@Suite("Leader election among processes", .serialized)
struct ContenderTests {
    /// Long enough for a busy machine to renew it, short enough to be waited for.
    private static let lease = Duration.seconds(12)

    @Test(
        "passes leadership on when the leader is killed, is stopped for long, or ends in order; never two act"
    )
    func succession() async throws {
        let cluster = try await TestControlPlane.shared
        try await cluster.withClient { client in
            let namespace = try await client.makeNamespace()
            _ = try await client.create(.configMap("work", in: namespace), as: TestKinds.configMap)
            let contenders = try (1...4).map {
                try ContenderProcess("contender-\($0)", cluster, namespace: namespace, lease: Self.lease)
            }
            defer { contenders.forEach { $0.send(SIGKILL) } }
            let acting = { (after: UInt64) in
                contenders.first { ($0.acts.last?.nanoseconds ?? 0) > after }
            }

            try await eventually("the next act or end") { acting(0) != nil }
            let first = try #require(acting(0))
            try await Task.sleep(for: .milliseconds(300))
            first.send(SIGKILL)
            try await eventually("the next act or end") { first.hasEnded }
            var last = try #require(first.acts.last?.nanoseconds)

            try await eventually("the next act or end") { acting(last) != nil }
            let second = try #require(acting(last))
            #expect(second.identity != first.identity)
            try await Task.sleep(for: .milliseconds(300))
            // Stopped in the middle of its work, and woken when another leads.
            second.send(SIGSTOP)
            try await Task.sleep(for: .milliseconds(200))
            last = try #require(second.acts.last?.nanoseconds)
            try await eventually("the next act or end") { acting(last) != nil }
            let third = try #require(acting(last))
            #expect(third.identity != second.identity)
            second.send(SIGCONT)
            try await eventually("the next act or end") { second.hasEnded }

            let before = try #require(third.acts.last?.nanoseconds)
            third.send(SIGTERM)
            try await eventually("the next act or end") { third.hasEnded }
            try await eventually("the next act or end") {
                acting(before) != nil && acting(before)?.identity != third.identity
            }
            let fourth = try #require(contenders.first { !$0.hasEnded })
            try await eventually("the next act or end") { (fourth.acts.count) > 5 }
            fourth.send(SIGTERM)
            try await eventually("the next act or end") { fourth.hasEnded }

            Self.expectNoOverlap(contenders)
        }
    }

    /// Each contender's acts must lie together, with none of another's in between.
    private static func expectNoOverlap(_ contenders: [ContenderProcess]) {
        let acts = contenders.flatMap(\.acts).sorted()
        var terms: [String] = []
        for act in acts where terms.last != act.identity { terms.append(act.identity) }
        #expect(terms.count == contenders.count, "leaders in turn: \(terms)")
        #expect(Set(terms).count == terms.count, "leaders in turn: \(terms)")
    }
}
