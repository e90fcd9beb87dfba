/// The task types that hooks can ask for, by name.
public struct TaskTypes: Sendable {
    /// Every type that Aviary knows.
    public static let all = TaskTypes([
        CommandTask(),
        BashTask(),
        HelmTask(name: "helm"),
        HelmTask(name: "helmv3"),
        KubectlTask(),
        NGrinderTask(),
        ConcordTask(),
        HTTPTask(),
    ])

    private let byName: [String: any TaskType]

    /// Creates a list of types; of two with one name the later one counts.
    public init(_ types: [any TaskType]) {
        byName = Dictionary(types.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    }

    var names: [String] { Array(byName.keys) }

    /// The type that a payload asks for: `metadata.type`, or `cmd` when there is none.
    ///
    /// - Throws: ``LoadTesterError/taskRefused(reason:)`` for an unknown type or no metadata.
    public func type(for payload: HookPayload) throws -> any TaskType {
        guard !payload.metadata.isEmpty else {
            throw LoadTesterError.taskRefused(reason: "metadata not found in payload")
        }
        let asked = payload.metadata["type"] ?? ""
        let name = asked.isEmpty ? "cmd" : asked
        guard let type = byName[name] else {
            throw LoadTesterError.taskRefused(reason: "unknown task type \(name.prefix(64))")
        }
        return type
    }
}
