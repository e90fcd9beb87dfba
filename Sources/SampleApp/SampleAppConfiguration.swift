/// What the sample app serves, and how badly.
public struct SampleAppConfiguration: Sendable, Equatable {
    /// Address to listen on; 127.0.0.1 unless set.
    public var host = "127.0.0.1"
    /// TCP port, 0 for any free one; 9898 unless set.
    public var port = 9898
    /// Shown in `/`, `/version` and the `X-App-Version` header; printable ASCII.
    public var version = "1.0.0"
    /// Shown in `/`.
    public var color = "blue"
    /// Share of requests answered 500, 0 to 1; health and readiness are spared.
    public var errorRate = 0.0
    /// Added before each answer, at most a minute; health and readiness are spared.
    public var latency = Duration.zero
    /// Time before the service listens, at most an hour.
    public var startupDelay = Duration.zero
    /// Time between SIGTERM and the end of listening, at most a minute; 200 ms unless set.
    public var shutdownDelay = Duration.milliseconds(200)
    /// Whether `/readyz` passes from the start.
    public var isInitiallyReady = true

    /// The defaults of each property.
    public init() {}

    func validate() throws(SampleAppError) {
        try require(!host.isEmpty, "host", "is empty; give an address such as 127.0.0.1")
        try require((0...65535).contains(port), "port", "is \(port); give a number from 0 to 65535")
        try require(
            !version.isEmpty && version.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "app-version",
            "is not printable ASCII; give a version such as 1.0.0")
        try require(
            (0...1).contains(errorRate), "error-rate",
            "is \(errorRate); give a share from 0 to 1, such as 0.1 for 10 %")
        try require(latency, "latency", atMost: .seconds(60))
        try require(startupDelay, "startup-delay", atMost: .seconds(3600))
        try require(shutdownDelay, "shutdown-delay", atMost: .seconds(60))
    }

    private func require(_ holds: Bool, _ field: String, _ problem: String) throws(SampleAppError) {
        guard holds else { throw .configuration(field: field, problem: problem) }
    }

    private func require(
        _ duration: Duration, _ field: String, atMost limit: Duration
    ) throws(SampleAppError) {
        try require(
            duration >= .zero && duration <= limit, field,
            "is \(duration); give a duration from 0s to \(limit.components.seconds)s")
    }
}
