/// How a replica shows that it can serve.
public struct ReadinessProbe: Sendable, Equatable, Codable {
    /// What is tried.
    public enum Check: Sendable, Equatable, Codable {
        /// A connection to the replica's `PORT` opens.
        case tcpConnect
        /// A GET is answered with a status from 200 to 399; `port` defaults to the replica's `PORT`.
        case httpGet(path: String, port: Int?)
    }

    /// What is tried; a TCP connection by default.
    public var check: Check
    /// Time from one probe to the next; until the first success a starting replica is asked more often.
    public var period: Duration
    /// How long one probe may take; 1 s by default.
    public var timeout: Duration
    /// Failures in a row that make a ready replica unready; 3 by default.
    public var failureThreshold: Int
    /// Successes in a row that make a replica ready; 1 by default.
    public var successThreshold: Int
    /// Time from the start of the process to the first probe; none by default.
    public var initialDelay: Duration

    /// Creates a probe; all defaults but the period (1 s) are those of Kubernetes.
    public init(
        _ check: Check = .tcpConnect, period: Duration = .seconds(1), timeout: Duration = .seconds(1),
        failureThreshold: Int = 3, successThreshold: Int = 1, initialDelay: Duration = .zero
    ) {
        self.check = check
        self.period = period
        self.timeout = timeout
        self.failureThreshold = failureThreshold
        self.successThreshold = successThreshold
        self.initialDelay = initialDelay
    }
}

extension ReadinessProbe {
    /// Throws `StandaloneError.invalidProcess` for the first field that cannot be used.
    func validate() throws {
        func require(_ holds: Bool, _ field: String, _ problem: String, _ fix: String) throws {
            guard holds else {
                throw StandaloneError.invalidProcess(
                    field: "readinessProbe.\(field)", problem: problem, fix: fix)
            }
        }
        try require(period > .zero, "periodSeconds", "must be positive", "use 1 or more")
        try require(timeout > .zero, "timeoutSeconds", "must be positive", "use 1 or more")
        try require(failureThreshold > 0, "failureThreshold", "must be positive", "use 1 or more")
        try require(successThreshold > 0, "successThreshold", "must be positive", "use 1 or more")
        try require(initialDelay >= .zero, "initialDelaySeconds", "must not be negative", "use 0 or more")
        guard case .httpGet(let path, let port) = check else { return }
        try require(path.hasPrefix("/"), "httpGet.path", "\"\(path)\" is not a path", "start it with /")
        try require(
            port.map { (1...65_535).contains($0) } ?? true, "httpGet.port", "is not a port",
            "use 1 to 65535, or leave it out for the replica's PORT")
    }
}
