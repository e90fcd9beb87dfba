import KubernetesTesting
import NIOCore
import Synchronization
import Testing

@testable import KubernetesClient

@Suite("Pacing, pausing, and cutting into lines")
struct PacingTests {
    private final class Passed: Sendable {
        let times = Mutex<[Duration]>([])
    }

    @Test("a rate limiter lets a burst through, then so many a second, and a burst again after a rest")
    func rateLimiter() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(rate: 10, burst: 5, clock: clock, elapsed: { clock.elapsed })
        let passed = Passed()
        for number in 0..<25 {
            let waiting = Task {
                try await limiter.wait()
                passed.times.withLock { $0.append(clock.elapsed) }
            }
            if number < 5 {
                try await waiting.value
            } else {
                try await eventually("waits") { clock.sleeperCount == number - 4 }
            }
        }
        #expect(passed.times.withLock { $0 } == Array(repeating: .zero, count: 5))
        for second in 1...2 {
            for _ in 0..<10 {
                clock.advance(by: .milliseconds(100))
                try await eventually("one more") {
                    passed.times.withLock { $0.count } + clock.sleeperCount == 25
                }
            }
            #expect(passed.times.withLock { $0.count } == 5 + second * 10)
        }
        clock.advance(by: .seconds(10))
        for _ in 0..<5 { try await limiter.wait() }
        #expect(clock.sleeperCount == 0)
    }

    @Test("pauses double up to the longest, and are drawn between half of it and all")
    func backOff() {
        let lowest = BackOff(first: .seconds(1), longest: .seconds(30), random: { 0 })
        #expect((1...7).map(lowest.pause) == [0.5, 1, 2, 4, 8, 15, 15].map { .seconds($0) })
        let highest = BackOff(first: .seconds(1), longest: .seconds(30), random: { 1 })
        #expect([1, 2, 1000].map(highest.pause) == [1, 2, 30].map { .seconds($0) })
    }

    @Test("lines are the same wherever the bytes are cut")
    func lines() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let lines = (0..<Int.random(in: 1..<20, using: &random)).map { _ in
                String(repeating: "x", count: Int.random(in: 0..<30, using: &random))
            }
            let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
            var splitter = LineSplitter(longest: 30)
            var found: [String] = []
            var start = 0
            while start < bytes.count {
                let end = min(start + Int.random(in: 1..<50, using: &random), bytes.count)
                splitter.append(ByteBuffer(bytes: bytes[start..<end]))
                while let line = try splitter.next() { found.append(String(buffer: line)) }
                start = end
            }
            try #require(found == lines, "\(lines)")
            #expect(!splitter.hasRest)
        }
    }

    @Test("a line that is too long is refused before its end has come")
    func longLine() throws {
        var splitter = LineSplitter(longest: 10)
        splitter.append(ByteBuffer(string: "0123456789"))
        #expect(try splitter.next() == nil)
        splitter.append(ByteBuffer(string: "0"))
        #expect(throws: KubernetesError.self) { try splitter.next() }
    }
}
