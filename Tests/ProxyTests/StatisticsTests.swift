import NIOHTTP1
import Synchronization
import Testing

@testable import Proxy

@Suite("Statistics") struct StatisticsTests {
    @Test("count requests, 5xx and durations of each side, over the window asked for")
    func counts() async throws {
        let now = Mutex<UInt64>(1_000_000_000_000)
        let clock = MonotonicClock { now.withLock { $0 } }
        let primary = try await Replica.start { request in
            now.withLock { $0 += request.head.uri == "/slow" ? 200_000_000 : 10_000_000 }
            return Replica.Reply(status: request.head.uri == "/500" ? .internalServerError : .ok)
        }
        try await withProxy(RoutingTable(primary: [primary.endpoint]), clock: clock) {
            (proxy, port) async throws in
            for _ in 0..<90 { _ = try await get(port) }
            for _ in 0..<5 { _ = try await get(port, "/500") }
            for _ in 0..<5 { _ = try await get(port, "/slow") }
            let all = await proxy.statistics(.primary, over: .seconds(600))
            #expect(all.requests == 100 && all.failures == 5 && all.successRate == 95)
            #expect(all.durationP99 > .milliseconds(194) && all.durationP99 < .milliseconds(206))
            #expect(all.durationP50 > .milliseconds(9.7) && all.durationP50 < .milliseconds(10.3))
            now.withLock { $0 += 30_000_000_000 }
            #expect(await proxy.statistics(.primary, over: .seconds(30)).requests == 0)
            #expect(await proxy.statistics(.primary, over: .seconds(60)).requests == 100)
            let canary = await proxy.statistics(.canary, over: .seconds(600))
            #expect(canary == TrafficStatistics() && canary.successRate == nil)
            now.withLock { $0 += 600_000_000_000 }
            #expect(await proxy.statistics(.primary, over: .seconds(3600)).requests == 0)
        }
        await primary.stop()
    }

    @Test("keep every duration within 3.2 % of its value")
    func precision() {
        var nanoseconds: UInt64 = 100_000
        while nanoseconds < 3_600_000_000_000 {
            let middle = DurationBuckets.duration(DurationBuckets.index(nanoseconds: nanoseconds))
            let error = abs(middle / .nanoseconds(Int64(nanoseconds)) - 1)
            #expect(error < 0.032, "\(nanoseconds)")
            nanoseconds = nanoseconds * 103 / 100
        }
        #expect(DurationBuckets.index(nanoseconds: .max) == DurationBuckets.count - 1)
    }

    @Test("forget a second when its place in the ring is taken by a later one")
    func ring() {
        let recorder = TrafficRecorder()
        for second in UInt64(0)..<1300 {
            let now = second * 1_000_000_000 + 5
            recorder.record(.served, started: now, now: now)
            recorder.record(.failed, started: now, now: now)
        }
        let sample = recorder.sample(seconds: 600, now: 1_299_000_000_000)
        #expect(sample.requests == 1200 && sample.failures == 600)
        #expect(recorder.sample(seconds: 1, now: 1_299_000_000_000).requests == 2)
    }
}
