/// What a valid query of a metric fulfils.
enum QueryRule {
    static let fix =
        "use one of \(QueryVariables.names.joined(separator: ", ")), or `variables.x` with templateVariables"

    /// Says what is wrong with a query's variables; nil when nothing is.
    static func problem(of query: String) -> String? {
        do {
            _ = try QueryTemplate(query)
            return nil
        } catch {
            return error.description
        }
    }
}
