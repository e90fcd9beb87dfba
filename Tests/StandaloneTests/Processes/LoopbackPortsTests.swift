import Testing

@testable import Standalone

@Suite("Loopback ports")
struct LoopbackPortsTests {
    @Test("are never handed out twice until released")
    func areUnique() throws {
        let ports = LoopbackPorts()
        let taken = try (0..<200).map { _ in try ports.reserve() }
        #expect(Set(taken).count == 200)
        #expect(taken.allSatisfy { (1_024...65_535).contains($0) })
    }
}
