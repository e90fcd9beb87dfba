import Foundation
import NIOCore
import Testing

@testable import LoadGenerator

struct LoadReportTests {
    private func plan() throws -> LoadPlan { LoadPlan(target: try LoadTarget("http://x/")) }

    private func sample(milliseconds: Int64, status: Int = 200, offset: Int64 = 0) -> Sample {
        Sample(
            total: milliseconds * 1_000_000, dial: 1_000_000, lookup: 0, write: 0,
            wait: (milliseconds - 1) * 1_000_000, read: 0, status: status, offset: offset * 1_000_000)
    }

    private func report(keepsSamples: Bool = false) throws -> LoadReport {
        var recorder = Recorder(keepsSamples: keepsSamples)
        for value in 1...10 {
            recorder.record(sample(milliseconds: Int64(value) * 10, offset: Int64(value)), bytes: 7)
        }
        recorder.record(sample(milliseconds: 100, status: 500), bytes: 0)
        recorder.record(.tooManyRedirects)
        return LoadReport(recorder, plan: try plan(), elapsed: .seconds(2))
    }

    @Test("prints hey's summary")
    func summary() throws {
        let bar = String(repeating: "■", count: 20)
        let expected = """

            Summary:
              Total:\t2.0000 secs
              Slowest:\t0.1000 secs
              Fastest:\t0.0100 secs
              Average:\t0.0591 secs
              Requests/sec:\t6.0000
              
              Total data:\t70 bytes
              Size/request:\t6 bytes

            Response time histogram:
              0.010 [1]\t|\(bar)
              0.019 [0]\t|
              0.028 [1]\t|\(bar)
              0.037 [1]\t|\(bar)
              0.046 [1]\t|\(bar)
              0.055 [1]\t|\(bar)
              0.064 [1]\t|\(bar)
              0.073 [1]\t|\(bar)
              0.082 [1]\t|\(bar)
              0.091 [1]\t|\(bar)
              0.100 [2]\t|\(bar)\(bar)


            Latency distribution:
              10% in 0.0200 secs
              25% in 0.0300 secs
              50% in 0.0600 secs
              75% in 0.0900 secs
              90% in 0.1000 secs
              95% in 0.1000 secs
              99% in 0.1000 secs

            Details (average, fastest, slowest):
              DNS+dialup:\t0.0010 secs, 0.0010 secs, 0.0010 secs
              DNS-lookup:\t0.0000 secs, 0.0000 secs, 0.0000 secs
              req write:\t0.0000 secs, 0.0000 secs, 0.0000 secs
              resp wait:\t0.0581 secs, 0.0090 secs, 0.0990 secs
              resp read:\t0.0000 secs, 0.0000 secs, 0.0000 secs

            Status code distribution:
              [200]\t10 responses
              [500]\t1 responses

            Error distribution:
              [1]\tstopped after 10 redirects


            """
        #expect(try report().summary == expected)
    }

    @Test("prints zeros instead of nonsense when nothing was answered")
    func empty() throws {
        let report = LoadReport(Recorder(keepsSamples: false), plan: try plan(), elapsed: .zero)
        #expect(report.summary.contains("Average:\t0.0000 secs"))
        #expect(!report.summary.contains("nan"))
        #expect(report.percentiles.isEmpty)
    }

    @Test("lists each answer in hey's columns, in the order they came")
    func csv() throws {
        let lines = try report(keepsSamples: true).csv.split(separator: "\n")
        #expect(lines.count == 12)
        #expect(
            lines[0]
                == "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset"
        )
        #expect(lines[1] == "0.0100,0.0010,0.0000,0.0000,0.0090,0.0000,200,0.0010")
    }

    @Test("is one JSON object")
    func json() throws {
        let text = try report().json()
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["requests"] as? Int == 12)
        #expect((object["statusCodes"] as? [String: Int]) == ["200": 10, "500": 1])
        #expect((object["errors"] as? [String: Int]) == ["stopped after 10 redirects": 1])
    }

    @Test("merges what event loops measured apart")
    func merge() throws {
        var (one, two, both) = (
            Recorder(keepsSamples: false), Recorder(keepsSamples: false), Recorder(keepsSamples: false)
        )
        for value in 1...1000 {
            let sample = sample(milliseconds: Int64(value))
            if value.isMultiple(of: 3) { one.record(sample, bytes: 1) } else { two.record(sample, bytes: 1) }
            both.record(sample, bytes: 1)
        }
        one.add(two)
        let merged = LoadReport(one, plan: try plan(), elapsed: .seconds(1))
        let direct = LoadReport(both, plan: try plan(), elapsed: .seconds(1))
        #expect(merged.percentiles == direct.percentiles)
        #expect(merged.latency == direct.latency)
        #expect(merged.histogram == direct.histogram)
        let p99 = try #require(merged.percentiles.first { $0.percent == 99 })
        #expect(abs(p99.latency - 0.990) < 0.001)
    }

    @Test("paces requests evenly, and starts at once without catching up when it is late")
    func pacer() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var pacer = Pacer(rate: 10, start: start, position: 0.5)
        #expect(pacer.next(now: start) == start + .milliseconds(50))
        #expect(pacer.next(now: start) == start + .milliseconds(150))
        let late = start + .seconds(1)
        #expect(pacer.next(now: late) == late)
        #expect(pacer.next(now: late) == late + .milliseconds(100))
    }
}
