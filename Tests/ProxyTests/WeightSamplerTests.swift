import Randomness
import Testing

@testable import Proxy

@Suite("Weight sampling") struct WeightSamplerTests {
    @Test("chooses the exact share of every hundred", arguments: 0...100)
    func exact(share: Int) {
        var sampler = WeightSampler(share: share, random: SplitMix64(seed: UInt64(share)))
        for _ in 0..<5 { #expect((0..<100).filter { _ in sampler.choose() }.count == share) }
    }

    @Test("reaches every position of a repeated sequence of requests")
    func noAliasing() {
        var sampler = WeightSampler(share: 50, random: SplitMix64(seed: 7))
        var chosen = [0, 0]
        for request in 0..<2000 where sampler.choose() { chosen[request % 2] += 1 }
        #expect(chosen.allSatisfy { $0 > 400 })
    }

    @Test("takes a changed share from the next request on, and values beyond the range as the nearest")
    func change() {
        var sampler = WeightSampler(share: 10, random: SplitMix64(seed: 3))
        sampler.change(to: 150)
        #expect((0..<50).allSatisfy { _ in sampler.choose() })
        sampler.change(to: -5)
        #expect(!(0..<50).contains { _ in sampler.choose() })
    }
}
