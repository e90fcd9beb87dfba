import Testing

@testable import Standalone

@Suite("The replacement plan")
struct ReplicaPlanTests {
    typealias Member = ReplicaPlan.Member

    /// `a` and `b` are revisions; upper case is ready, ä was. Slots count from 0.
    private func plan(_ members: String, _ replicas: Int) -> (starts: Int, retired: Set<Int>) {
        let plan = ReplicaPlan(
            members: members.enumerated().map {
                Member(
                    slot: $0, revision: $1 == "ä" ? "a" : $1.lowercased(), isReady: $1.isUppercase,
                    hasBeenReady: $1.isUppercase || $1 == "ä")
            }, revision: "b", replicas: replicas)
        return (plan.starts, Set(plan.retired))
    }

    @Test(
        "starts all new replicas at once and retires an old one for each that is ready",
        arguments: [
            ("", 2, 2, []), ("AA", 2, 2, []), ("AAbb", 2, 0, []), ("AABb", 2, 0, [1]),
            ("AABB", 2, 0, [0, 1]),
            ("aAbb", 2, 0, [0]), ("AABB", 4, 2, []), ("AAAA", 2, 2, [2, 3]), ("BBB", 1, 0, [1, 2]),
            ("Bb", 1, 0, [1]), ("AB", 0, 0, [0, 1]), ("b", 1, 0, []), ("äb", 1, 0, []), ("äB", 1, 0, [0]),
            ("Aäbb", 2, 0, []), ("äABb", 2, 0, [0]),
        ] as [(String, Int, Int, Set<Int>)])
    func plansReplacement(members: String, replicas: Int, starts: Int, retired: Set<Int>) {
        let result = plan(members, replicas)
        #expect(result.starts == starts)
        #expect(result.retired == retired)
    }

    @Test("never leaves fewer ready replicas than desired, when there were that many")
    func keepsReadyReplicas() {
        for seed in 0..<2_000 {
            var random = SystemRandomNumberGenerator()
            let members = String(
                (0..<Int.random(in: 0...8, using: &random)).map { _ in "abAB".randomElement(using: &random)! }
            )
            let replicas = Int.random(in: 0...5, using: &random)
            let retired = plan(members, replicas).retired
            let before = members.filter(\.isUppercase).count
            let after = members.enumerated().filter { $1.isUppercase && !retired.contains($0) }.count
            #expect(after >= min(before, replicas), "\(members) to \(replicas), try \(seed)")
        }
    }
}
