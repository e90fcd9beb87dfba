import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

@Suite("The memory of a cache, on a real API server")
struct MemoryTests {
    @Test("stays small with 5,000 objects of 4 KiB, through the list and a change of each")
    func manyObjects() async throws {
        let cluster = try await TestControlPlane.shared
        try await cluster.withClient { client in
            let namespace = try await client.makeNamespace()
            let filling = String(repeating: "x", count: 4096)
            try await Self.each(5000) { number in
                _ = try await client.create(
                    .configMap("object-\(number)", in: namespace, value: filling), as: TestKinds.configMap)
            }
            let probe = try ProbeProcess("CacheProbe", [cluster.kubeconfig, namespace])
            defer { probe.send(SIGKILL) }
            // One more is the server's: its certificate authority.
            try await eventually("the first list", within: .seconds(120)) {
                Self.report(probe)?.count == 5001
            }
            let listed = try #require(Self.report(probe))

            try await Self.each(5000) { number in
                let change = JSONValue.object(["data": .object(["number": .string("\(number)")])])
                _ = try await client.patch(
                    ObjectReference(TestKinds.configMap, namespace: namespace, name: "object-\(number)"),
                    with: .merge(change), subresource: nil)
            }
            let list = try await client.list(TestKinds.configMap, in: namespace, matching: .everything)
            let newest = list.items.compactMap { $0.resourceVersion.flatMap { UInt64($0) } }.max() ?? 0
            try await eventually("all changes", within: .seconds(120)) {
                Self.report(probe)?.latest == newest
            }
            let watched = try #require(Self.report(probe))
            #expect(watched.count == 5001)
            // The objects are 20 MiB of text; a client without them takes some 20 MiB.
            #expect(listed.peak < 64 << 10, "KiB at most in the list")
            #expect(watched.peak < 64 << 10, "KiB at most while watching")
            print(
                "memory of 5,000 objects: \(listed.peak) KiB listed, \(watched.peak) KiB watched, \(watched.resident) KiB now"
            )
        }
    }

    private struct Report {
        let count: Int
        let latest: UInt64
        let peak: Int
        let resident: Int
    }

    private static func report(_ probe: ProbeProcess) -> Report? {
        guard let words = probe.lines.last?.split(separator: " "), words.count == 4,
            let count = Int(words[0]), let latest = UInt64(words[1]), let peak = Int(words[2]),
            let resident = Int(words[3])
        else { return nil }
        return Report(count: count, latest: latest, peak: peak, resident: resident)
    }

    /// Does something so many times, sixteen at once.
    private static func each(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void)
        async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= 16 { try await group.next() }
                group.addTask { try await work(number) }
            }
            try await group.waitForAll()
        }
    }
}
