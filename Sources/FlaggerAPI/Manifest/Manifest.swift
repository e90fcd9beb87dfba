/// What a set of files holds, and everything that is wrong with it.
public struct Manifest: Sendable {
    /// The resources, in order; those with errors too, as far as they could be read.
    public internal(set) var entries: [ManifestEntry] = []
    /// The problems, by file and line.
    public internal(set) var diagnostics: [Diagnostic] = []
    /// The files that were read, as they were named.
    public internal(set) var files: [String] = []

    /// Reads and validates files; `-` is the standard input. Problems are in `diagnostics`.
    public static func load(files: [String], options: ValidationOptions = ValidationOptions()) -> Manifest {
        ManifestReader(options: options).read(files: files)
    }

    /// Whether any problem is an error.
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The canaries, in order.
    public var canaries: [Canary] {
        entries.compactMap { if case .canary(let canary) = $0.resource { canary } else { nil } }
    }

    /// The processes, in order.
    public var processes: [ProcessResource] {
        entries.compactMap { if case .process(let process) = $0.resource { process } else { nil } }
    }

    /// The metric templates, in order.
    public var metricTemplates: [MetricTemplate] {
        entries.compactMap { if case .metricTemplate(let template) = $0.resource { template } else { nil } }
    }

    /// The alert providers, in order.
    public var alertProviders: [AlertProvider] {
        entries.compactMap { if case .alertProvider(let provider) = $0.resource { provider } else { nil } }
    }

    /// The secrets, in order.
    public var secrets: [SecretResource] {
        entries.compactMap { if case .secret(let secret) = $0.resource { secret } else { nil } }
    }

    /// The process that a canary releases; nil when it is of another kind or not in the files.
    public func process(of canary: Canary) -> ProcessResource? {
        guard canary.spec.targetRef.kind == ProcessResource.kind else { return nil }
        return processes.first {
            $0.metadata.name == canary.spec.targetRef.name
                && $0.metadata.namespace == canary.metadata.namespace
        }
    }
}
