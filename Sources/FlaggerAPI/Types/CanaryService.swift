public import JSON
public import Timing

/// The address that clients use, and how traffic to it is routed.
///
/// Parts that only some routers read are kept as `JSONValue` and passed on as they are.
public struct CanaryService: Codable, Equatable, Sendable {
    /// The service's name; nil means the target's.
    public var name: String?
    /// The port that clients use.
    public var port: Int
    /// The port's name; `http` by default.
    public var portName = "http"
    /// The port of the workload; nil means `port`.
    public var targetPort: IntOrString?
    /// The port's application protocol.
    public var appProtocol: String?
    /// Expose every port of the workload.
    public var portDiscovery = false
    /// Make a headless service.
    public var headless = false
    /// How long a request may take; nil means the router's default.
    public var timeout: GoDuration?
    /// How long one try of a request to a workload may take; nil means the router's default.
    public var backendTimeout: GoDuration?
    /// Gateways by name.
    public var gateways: [String]?
    /// Gateways by reference.
    public var gatewayRefs: JSONValue?
    /// The host names that the route answers to.
    public var hosts: [String]?
    /// Make a route without hosts, to be delegated to.
    public var delegation = false
    /// Load balancing and TLS settings.
    public var trafficPolicy: JSONValue?
    /// Conditions of the route.
    public var match: JSONValue?
    /// The rewritten address.
    public var rewrite: JSONValue?
    /// The router's retries.
    public var retries: JSONValue?
    /// Header changes.
    public var headers: JSONValue?
    /// Where requests are mirrored to.
    public var mirror: JSONValue?
    /// Cross-origin settings.
    public var corsPolicy: JSONValue?
    /// Services that the workload calls.
    public var backends: [String]?
    /// The mesh's name.
    public var meshName: String?
    /// Labels and annotations of the apex service.
    public var apex: ServiceMetadata?
    /// Labels and annotations of the primary service.
    public var primary: ServiceMetadata?
    /// Labels and annotations of the canary service.
    public var canary: ServiceMetadata?
    /// Labels and annotations that are left alone.
    public var unmanagedMetadata: JSONValue?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, port, portName, targetPort, appProtocol, portDiscovery, headless, timeout, backendTimeout
        case gateways, gatewayRefs, hosts, delegation, trafficPolicy, match, rewrite, retries, headers, mirror
        case corsPolicy, backends, meshName, apex, primary, canary, unmanagedMetadata
    }

    /// A service on a port; the rest has its defaults.
    public init(port: Int, name: String? = nil, targetPort: IntOrString? = nil) {
        self.port = port
        self.name = name
        self.targetPort = targetPort
    }
}
