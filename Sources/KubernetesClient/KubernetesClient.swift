public import Logging

/// Talks to one API server over HTTP.
///
/// Requests are paced by a token bucket, bounded in time and size, and tried again only where that is safe: reads after any
/// trouble that may pass, changes when the server asks for it (429) or the connection could not be opened. All errors are
/// ``KubernetesError``, or `CancellationError`. `shutdown()` must be called before the last copy is dropped.
public struct KubernetesClient: Sendable {
    /// The cluster that the client talks to.
    public var configuration: ClusterConfiguration { transport.configuration }

    let transport: Transport
    let limiter: RateLimiter?
    let logger: Logger
    var policy: ClientPolicy { transport.policy }

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - configuration: the server and the credentials.
    ///   - policy: limits of time, size and rate.
    ///   - userAgent: `aviary/VERSION`, as audit logs show it.
    ///   - logger: gets a line at level debug for each request that is tried again.
    /// - Throws: ``KubernetesError/configuration(_:)`` when a certificate, URL or limit can't be used.
    public init(
        _ configuration: ClusterConfiguration, policy: ClientPolicy = ClientPolicy(),
        userAgent: String = "aviary", logger: Logger = Logger(label: "kubernetes")
    ) throws {
        if let problem = policy.problem { throw KubernetesError.configuration(problem) }
        transport = try Transport(configuration, policy: policy, userAgent: userAgent)
        limiter = policy.requestsPerSecond.map { rate in
            let start = ContinuousClock.now
            return RateLimiter(
                rate: rate, burst: policy.burst, clock: policy.clock, elapsed: { ContinuousClock.now - start }
            )
        }
        self.logger = logger
    }

    private init(transport: Transport, limiter: RateLimiter?, logger: Logger) {
        self.transport = transport
        self.limiter = limiter
        self.logger = logger
    }

    /// The same client without the pacing, for what must not wait behind other requests: the lease of leader election.
    public var unpaced: KubernetesClient {
        KubernetesClient(transport: transport, limiter: nil, logger: logger)
    }

    /// Closes all connections, of all copies of the client.
    public func shutdown() async { await transport.shutdown() }
}
