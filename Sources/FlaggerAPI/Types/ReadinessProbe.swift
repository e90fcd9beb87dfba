/// How a process tells that it can serve.
public struct ReadinessProbe: Codable, Equatable, Sendable {
    /// The request whose 200–399 answer means ready.
    public var httpGet: HTTPGet
    /// Seconds from one probe to the next; 1 by default.
    public var periodSeconds = 1
    /// Seconds that a probe may take; 1 by default.
    public var timeoutSeconds = 1
    /// Failures in a row that make it unready; 3 by default.
    public var failureThreshold = 3
    /// Successes in a row that make it ready; 1 by default.
    public var successThreshold = 1
    /// Seconds from the start to the first probe; 0 by default.
    public var initialDelaySeconds = 0

    /// The request of a probe.
    public struct HTTPGet: Codable, Equatable, Sendable {
        /// The path; `/` by default.
        public var path = "/"
        /// The port; nil means the one the process was given.
        public var port: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case path, port
        }

        /// A request.
        public init(path: String = "/", port: Int? = nil) {
            self.path = path
            self.port = port
        }

        /// Reads a request; every field has a default.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            try fields.read(.path, into: &path)
            try fields.read(.port, into: &port)
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case httpGet, periodSeconds, timeoutSeconds, failureThreshold, successThreshold, initialDelaySeconds
    }

    /// A probe with the default timing.
    public init(httpGet: HTTPGet) { self.httpGet = httpGet }

    /// Reads a probe; `httpGet` is required.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        httpGet = try fields.decode(HTTPGet.self, forKey: .httpGet)
        try fields.read(.periodSeconds, into: &periodSeconds)
        try fields.read(.timeoutSeconds, into: &timeoutSeconds)
        try fields.read(.failureThreshold, into: &failureThreshold)
        try fields.read(.successThreshold, into: &successThreshold)
        try fields.read(.initialDelaySeconds, into: &initialDelaySeconds)
    }
}
