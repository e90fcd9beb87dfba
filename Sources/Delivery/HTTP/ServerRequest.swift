/// A request to a server that Aviary uses: a metrics server, or a receiver of alerts.
public struct ServerRequest: Equatable, Sendable {
    /// The method; anything but GET carries a body.
    public var method: String
    /// An `http` or `https` URL. No message shows it: receivers of alerts have their credentials in it.
    public var url: String
    /// The headers, in order.
    public var headers: [Header]
    /// The body.
    public var body: String?
    /// How long the whole exchange may take.
    public var timeout: Duration
    /// The longest body that is read.
    public var longestAnswer: Int
    /// Ends the body once it has come, for streams that are kept open; nil reads to the end.
    public var ending: String?
    /// Whether the server's certificate is not verified.
    public var skipsVerification: Bool
    /// The URL of an HTTP proxy on the way.
    public var proxy: String?

    /// One header.
    public struct Header: Equatable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// Makes a header.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Makes a request; by default it is a GET that may take 5 s, as on the peer, and whose answer may have 1 MiB.
    public init(
        _ url: String, method: String = "GET", headers: [Header] = [], body: String? = nil,
        timeout: Duration = .seconds(5), longestAnswer: Int = 1 << 20, skipsVerification: Bool = false,
        proxy: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.longestAnswer = longestAnswer
        self.skipsVerification = skipsVerification
        self.proxy = proxy
    }
}

/// What a server answered.
public struct ServerAnswer: Equatable, Sendable {
    /// The status.
    public var status: Int
    /// The body, whole unless `isCut`.
    public var body: String
    /// Whether the body was longer than asked for.
    public var isCut: Bool
    /// `Retry-After` in seconds.
    public var retryAfter: Int?

    /// Makes an answer.
    public init(status: Int, body: String, isCut: Bool = false, retryAfter: Int? = nil) {
        self.status = status
        self.body = body
        self.isCut = isCut
        self.retryAfter = retryAfter
    }
}

/// Sends requests to servers, each in bounded time.
public protocol ServerClient: Sendable {
    /// Sends a request once.
    ///
    /// - Throws: `DeliveryError.exchange` without the URL's credentials, when there is no whole answer.
    func send(_ request: ServerRequest) async throws -> ServerAnswer
}
