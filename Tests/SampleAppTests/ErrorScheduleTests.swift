import Testing

@testable import SampleApp

struct ErrorScheduleTests {
    struct Counting: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    @Test(
        "fails the wanted share of any hundred requests, give or take two", arguments: [0.05, 0.1, 0.5, 0.9])
    func share(rate: Double) {
        for seed in UInt64(0)..<50 {
            var generator = Counting(state: seed)
            let schedule = ErrorSchedule(rate: rate, using: &generator)
            let failures = (0..<100).count { _ in schedule.nextFails() }
            #expect(abs(Double(failures) - rate * 100) <= 2, "seed \(seed)")
        }
    }

    @Test("never fails at 0 and always at 1")
    func extremes() {
        var generator = Counting(state: 1)
        let never = ErrorSchedule(rate: 0, using: &generator)
        let always = ErrorSchedule(rate: 1, using: &generator)
        #expect((0..<1000).allSatisfy { _ in !never.nextFails() })
        #expect((0..<1000).allSatisfy { _ in always.nextFails() })
    }
}
