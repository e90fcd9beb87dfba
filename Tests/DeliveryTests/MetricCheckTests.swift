import Testing

@testable import Delivery

@Suite("MetricCheck")
struct MetricCheckTests {
    private func failure(_ check: MetricCheck, _ value: Double?) -> String? {
        check.judge(value, canary: "podinfo.test", target: "podinfo.test", source: "aviary").failure
    }

    @Test("nothing measured is a failed check, not a pass")
    func noValues() {
        #expect(
            failure(MetricCheck(name: "request-success-rate", minimum: 99), nil)
                == "Halt advancement no values found for aviary metric request-success-rate probably "
                + "podinfo.test is not receiving traffic")
    }

    @Test("a success rate is told in percent")
    func successRate() {
        let check = MetricCheck(name: "request-success-rate", minimum: 99)
        #expect(failure(check, 98.765) == "Halt podinfo.test advancement success rate 98.77% < 99%")
        #expect(failure(check, 99) == nil)
    }

    @Test("a duration is told as one")
    func duration() {
        let check = MetricCheck(name: "request-duration", maximum: 500)
        #expect(failure(check, 1234.5) == "Halt podinfo.test advancement request duration 1.2345s > 500ms")
        #expect(failure(check, 500) == nil)
    }

    @Test("a value that is no number fails")
    func notANumber() {
        #expect(
            failure(MetricCheck(name: "errors", maximum: 1, origin: .query("q", server: nil)), .nan) != nil)
    }
}
