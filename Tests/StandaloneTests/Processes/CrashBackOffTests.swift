import Testing

@testable import Standalone

@Suite("The crash back-off")
struct CrashBackOffTests {
    @Test("doubles from 1 s to 30 s and starts over after a healthy minute")
    func doublesAndStartsOver() {
        var backOff = CrashBackOff()
        let first = (0..<7).map { _ in backOff.delay(afterReadyFor: .seconds(59)) }
        #expect(first == [1, 2, 4, 8, 16, 30, 30].map { Duration.seconds($0) })
        #expect(backOff.delay(afterReadyFor: .seconds(60)) == .seconds(1))
        #expect(backOff.delay(afterReadyFor: .zero) == .seconds(2))
        #expect(backOff.restarts == 9)
    }
}
