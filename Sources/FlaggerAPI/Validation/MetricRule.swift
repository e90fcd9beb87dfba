extension CanaryRule {
    /// Each metric can be measured and has a range.
    static let metrics = CanaryRule { canary, scope, list in
        for (index, metric) in canary.spec.effectiveAnalysis.metrics.enumerated() {
            let path = scope.analysisPath["metrics"][index]
            checkSource(of: metric, path, canary, scope, &list)
            checkRange(of: metric, path, &list)
            if metric.interval.duration <= .zero {
                list.error(
                    path["interval"], "bad-duration", "must be above 0", fix: "write a duration such as 1m")
            }
        }
    }

    private static func checkSource(
        of metric: CanaryMetric, _ path: FieldPath, _ canary: Canary, _ scope: ValidationScope,
        _ list: inout FindingList
    ) {
        if metric.name.isEmpty {
            list.error(path["name"], "missing-field", "is empty", fix: "name the metric")
        } else if let reference = metric.templateRef {
            let name = NamespacedName(reference, from: canary.metadata.namespace)
            if let query = scope.names.queries[name] ?? scope.options.knownMetricTemplates[name] {
                return checkVariables(of: metric, query, path["templateVariables"], &list)
            }
            guard scope.isStandalone else { return }
            list.error(
                path["templateRef"], "unknown-template",
                "no MetricTemplate \"\(name.name)\" in namespace \"\(name.namespace)\"",
                fix: scope.names.fix(for: name, of: MetricTemplate.kind))
        } else if let query = metric.query, !query.isEmpty {
            checkQuery(query, of: metric, path, canary, scope, &list)
        } else if !CanaryMetric.builtIn.contains(metric.name) {
            list.error(
                path["name"], "unknown-metric", "\"\(metric.name)\" is neither built in nor has a query",
                fix: Spelling.nearest(to: metric.name, among: CanaryMetric.builtIn)
                    .map { "did you mean `\($0)`?" } ?? "add `templateRef` or `query`")
        }
    }

    private static func checkQuery(
        _ query: String, of metric: CanaryMetric, _ path: FieldPath, _ canary: Canary,
        _ scope: ValidationScope,
        _ list: inout FindingList
    ) {
        if let problem = QueryRule.problem(of: query) {
            list.error(path["query"], "bad-query", problem, fix: QueryRule.fix)
        } else {
            checkVariables(of: metric, query, path["templateVariables"], &list)
        }
        if scope.options.requiresProcess, canary.spec.metricsServer == nil, scope.options.metricsServer == nil
        {
            list.error(
                path["query"], "no-metrics-server", "there is no Prometheus server to ask",
                fix: "add `metricsServer: http://HOST:9090` to the spec, or run with --metrics-server")
        }
    }

    private static func checkVariables(
        of metric: CanaryMetric, _ query: String, _ path: FieldPath, _ list: inout FindingList
    ) {
        let used = (try? QueryTemplate(query))?.variables ?? []
        for name in Set(used).sorted() where metric.templateVariables?[name] == nil {
            list.error(
                path[name], "missing-variable",
                "the query uses `{{ variables.\(name) }}`, which has no value",
                fix: "add `\(name)` to templateVariables")
        }
    }

    private static func checkRange(of metric: CanaryMetric, _ path: FieldPath, _ list: inout FindingList) {
        let range = metric.effectiveRange
        if let min = range.min, let max = range.max, min > max {
            list.error(
                path["thresholdRange"], "empty-range", "min \(min) exceeds max \(max): nothing passes",
                fix: "swap min and max")
        }
        if range.min == nil, range.max == nil {
            let example = metric.name == "request-success-rate" ? "{min: 99}" : "{max: 500}"
            list.error(
                path["thresholdRange"], "missing-field", "no value would ever pass or fail",
                fix: "add `thresholdRange: \(example)`")
        }
    }
}
