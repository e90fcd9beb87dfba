/// What a valid metric template fulfils.
enum MetricTemplateRule {
    /// The servers that metrics can come from.
    static let providers = [
        "prometheus", "datadog", "cloudwatch", "newrelic", "graphite", "influxdb", "dynatrace", "stackdriver",
        "keptn", "splunk", "externalmetrics",
    ]

    static func check(_ template: MetricTemplate, _ list: inout FindingList) {
        let type = template.spec.provider.type
        if !providers.contains(type) {
            list.error(
                FieldPath("spec.provider.type"), "unknown-provider", "unknown metrics provider \"\(type)\"",
                fix: Spelling.nearest(to: type, among: providers).map { "did you mean `\($0)`?" }
                    ?? "use one of \(providers.joined(separator: ", "))")
        }
        if template.spec.query.allSatisfy(\.isWhitespace) {
            list.error(FieldPath("spec.query"), "missing-field", "is empty", fix: "write the query")
        }
        if let address = template.spec.provider.address, !address.isEmpty,
            let problem = WebAddress.problem(of: address)
        {
            list.error(
                FieldPath("spec.provider.address"), "bad-url", problem,
                fix: "write an address such as http://prometheus:9090")
        }
    }
}
