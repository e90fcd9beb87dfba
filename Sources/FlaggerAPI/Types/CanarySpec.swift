/// What is released, behind which service, and how it is analysed.
public struct CanarySpec: Codable, Equatable, Sendable {
    /// What routes the traffic, such as `gatewayapi:v1`; nil means the controller's default.
    public var provider: String?
    /// The metrics server of the built-in metrics; nil means the controller's default.
    public var metricsServer: String?
    /// The workload to release.
    public var targetRef: ObjectReference
    /// The autoscaler of the workload.
    public var autoscalerRef: AutoscalerReference?
    /// The Ingress that routes traffic to the service.
    public var ingressRef: ObjectReference?
    /// The route that the provider edits, where it is made by the user.
    public var routeRef: ObjectReference?
    /// The upstream, where the provider has one.
    public var upstreamRef: CrossNamespaceObjectReference?
    /// The address that clients use.
    public var service: CanaryService
    /// How a new revision is tested.
    public var analysis: CanaryAnalysis?
    /// The old name of `analysis`; read `effectiveAnalysis`.
    public var canaryAnalysis: CanaryAnalysis?
    /// How long a step may make no progress, in seconds; 600 by default.
    public var progressDeadlineSeconds = 600
    /// Promote without an analysis as soon as the new revision is healthy.
    public var skipAnalysis = false
    /// Restore the target when the canary is deleted.
    public var revertOnDeletion = false
    /// Touch nothing while set.
    public var suspend = false

    enum CodingKeys: String, CodingKey, CaseIterable {
        case provider, metricsServer, targetRef, autoscalerRef, ingressRef, routeRef, upstreamRef, service
        case analysis, canaryAnalysis, progressDeadlineSeconds, skipAnalysis, revertOnDeletion, suspend
    }

    /// `analysis`, else `canaryAnalysis`, else the defaults.
    public var effectiveAnalysis: CanaryAnalysis { analysis ?? canaryAnalysis ?? CanaryAnalysis() }

    /// A spec with its required parts; the rest has its defaults.
    public init(targetRef: ObjectReference, service: CanaryService, analysis: CanaryAnalysis? = nil) {
        self.targetRef = targetRef
        self.service = service
        self.analysis = analysis
    }

    /// Reads a spec; `targetRef` and `service` are required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try fields.read(.provider, into: &provider)
        try fields.read(.metricsServer, into: &metricsServer)
        targetRef = try fields.decode(ObjectReference.self, forKey: .targetRef)
        try fields.read(.autoscalerRef, into: &autoscalerRef)
        try fields.read(.ingressRef, into: &ingressRef)
        try fields.read(.routeRef, into: &routeRef)
        try fields.read(.upstreamRef, into: &upstreamRef)
        service = try fields.decode(CanaryService.self, forKey: .service)
        try fields.read(.analysis, into: &analysis)
        try fields.read(.canaryAnalysis, into: &canaryAnalysis)
        try fields.read(.progressDeadlineSeconds, into: &progressDeadlineSeconds)
        try fields.read(.skipAnalysis, into: &skipAnalysis)
        try fields.read(.revertOnDeletion, into: &revertOnDeletion)
        try fields.read(.suspend, into: &suspend)
    }
}
