import JSON
import KubernetesClient
import Testing

@testable import Controller

@Suite("What the watched copies keep")
struct KeptObjectTests {
    @Test(
        "is the object as it was",
        arguments: [
            #"{"metadata":{"name":"a\"\\\n\u0001é😀","labels":{}},"spec":{"list":[[],null,true,false]}}"#,
            #"{"numbers":[0,-1,9223372036854775807,0.1,1e300,-2.5e-300,5.0,18446744073709551616]}"#,
            #"{"":"","deep":{"a":{"b":{"c":[[{"d":"e"}]]}}}}"#,
        ])
    func same(text: String) throws {
        let json = try JSONValue(parsing: text)
        let object = KubernetesObject(json: json)
        #expect(try KeptObject(object).object() == object)
    }

    @Test("shows how late ticks began, all canaries together")
    func lateness() {
        let metrics = ControllerMetrics(version: "1", provider: "kubernetes")
        for delay in [1, 30, 700] { metrics.began(late: .milliseconds(delay)) }
        let lines = ControllerMetricsText(metrics: metrics).text.split(separator: "\n")
        let name = "aviary_controller_tick_lateness_seconds"
        #expect(lines.contains("# TYPE \(name) histogram"))
        #expect(lines.contains("\(name)_bucket{le=\"0.005\"} 1"))
        #expect(lines.contains("\(name)_bucket{le=\"0.05\"} 2"))
        #expect(lines.contains("\(name)_bucket{le=\"1.0\"} 3"))
        #expect(lines.contains("\(name)_count{} 3"))
    }
}
