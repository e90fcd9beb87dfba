/// The names of a manifest's resources by kind, for references to them.
struct ResourceNames {
    /// The most names that a misspelt one is compared with.
    private static let maximumCandidates = 200

    private let names: [String: Set<NamespacedName>]
    private let candidates: [String: [String]]
    /// The queries of the metric templates.
    let queries: [NamespacedName: String]

    init(_ entries: [ManifestEntry]) {
        var names: [String: Set<NamespacedName>] = [:]
        var candidates: [String: [String]] = [:]
        for resource in entries.map(\.resource) {
            names[resource.kind, default: []].insert(NamespacedName(resource.metadata))
            if candidates[resource.kind, default: []].count < Self.maximumCandidates {
                candidates[resource.kind, default: []].append(resource.metadata.name)
            }
        }
        self.names = names
        self.candidates = candidates
        let templates = entries.compactMap { entry in
            if case .metricTemplate(let template) = entry.resource { template } else { nil }
        }
        queries = Dictionary(templates.map { (NamespacedName($0.metadata), $0.spec.query) }) { first, _ in
            first
        }
    }

    func contains(_ name: NamespacedName, of kind: String) -> Bool { names[kind]?.contains(name) ?? false }

    /// What to do about a name that no resource has.
    func fix(for name: NamespacedName, of kind: String) -> String {
        Spelling.nearest(to: name.name, among: candidates[kind] ?? [])
            .map { "did you mean `\($0)`? Compare the namespace too" } ?? "add the \(kind) to the files"
    }
}
