/// One resource of a manifest.
public enum ManifestResource: Equatable, Sendable {
    /// A rollout.
    case canary(Canary)
    /// A program to release.
    case process(ProcessResource)
    /// A metric of one's own.
    case metricTemplate(MetricTemplate)
    /// A receiver of alerts.
    case alertProvider(AlertProvider)
    /// Credentials.
    case secret(SecretResource)

    /// The resource's kind.
    public var kind: String {
        switch self {
        case .canary: Canary.kind
        case .process: ProcessResource.kind
        case .metricTemplate: MetricTemplate.kind
        case .alertProvider: AlertProvider.kind
        case .secret: SecretResource.kind
        }
    }

    /// The resource's metadata.
    public var metadata: ObjectMeta {
        switch self {
        case .canary(let canary): canary.metadata
        case .process(let process): process.metadata
        case .metricTemplate(let template): template.metadata
        case .alertProvider(let provider): provider.metadata
        case .secret(let secret): secret.metadata
        }
    }
}
