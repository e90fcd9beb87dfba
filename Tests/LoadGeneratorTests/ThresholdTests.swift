import NIOCore
import Testing

@testable import LoadGenerator

struct ThresholdTests {
    private func report(_ thresholds: [String], answers: Int = 100, failures: Int = 0) throws -> LoadReport {
        var recorder = Recorder(keepsSamples: false)
        for value in 0..<answers {
            let nanoseconds = Int64(value + 1) * 1_000_000
            recorder.record(
                Sample(
                    total: nanoseconds, dial: 0, lookup: 0, write: 0, wait: nanoseconds, read: 0,
                    status: value < 5 ? 503 : 200, offset: 0), bytes: 0)
        }
        for _ in 0..<failures { recorder.record(.closed) }
        var plan = LoadPlan(target: try LoadTarget("http://x/"))
        plan.thresholds = try thresholds.map { try Threshold($0) }
        return LoadReport(recorder, plan: plan, elapsed: .seconds(2))
    }

    @Test(
        "holds a run against what was asked for",
        arguments: [
            ("p50<51ms", true), ("p50<49ms", false), ("p99.9<=0.1s", true), ("avg < 51ms", true),
            ("max<=100ms", true), ("max<100ms", false), ("min>=1ms", true), ("min>1ms", false),
            ("success>=95", true), ("success>=95.1%", false), ("rps>49.9", true), ("rps>50", false),
            ("errors<=0", true), ("errors<0", false), ("P99<250000us", true), ("max<1m", true),
        ])
    func verdict(expression: String, isKept: Bool) throws {
        #expect(try report([expression]).keepsThresholds == isKept)
    }

    @Test("counts requests without an answer as failures, and none measured as missed")
    func failures() throws {
        #expect(try !report(["success>=95"], failures: 1).keepsThresholds)
        #expect(try report(["errors<=3"], failures: 3).keepsThresholds)
        #expect(try !report(["p99<1s"], answers: 0).keepsThresholds)
        #expect(try !report(["success>=0"], answers: 0).keepsThresholds)
    }

    @Test("says in the summary which was missed, and by what")
    func summary() throws {
        let text = try report(["p50<10ms", "success>90"]).summary
        #expect(text.contains("\nThresholds:\n  [failed]\tp50<10ms\t(0.0500 secs)\n"))
        #expect(text.contains("\n  [passed]\tsuccess>90\t(95.0000)\n"))
    }

    @Test(
        "refuses what is no threshold, and names what is allowed",
        arguments: [
            "", "p99", "p99<", "p99<250", "p99<250xs", "p0<1ms", "p101<1ms", "p<1s", "q99<1s", "success>=x",
            "success=>99", "rps>-1", "p99=250ms", "avg<1e3ms", "<1ms", "success>nan", "rps>1.2.3",
        ])
    func refused(text: String) {
        let error = #expect(throws: LoadError.self) { try Threshold(text) }
        #expect(error?.description.contains("p99<250ms") == true)
    }

    @Test("reads a list with commas and line ends")
    func list() throws {
        let list = try Threshold.list("p99<250ms, success>=99\n\nrps>10,")
        #expect(list.map(\.expression) == ["p99<250ms", "success>=99", "rps>10"])
        #expect(throws: LoadError.self) { try Threshold.list("p99<1s,nonsense") }
    }
}
