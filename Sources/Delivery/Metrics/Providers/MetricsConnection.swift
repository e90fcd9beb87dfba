public import FlaggerAPI
public import Foundation

/// What a metrics provider is made of: where it asks, with which credentials, over which window.
public struct MetricsConnection: Sendable {
    /// The provider of a metric template.
    public var spec: MetricTemplate.Provider
    /// The values of its secret.
    public var credentials: Credentials
    /// The metric's window.
    public var interval: Duration
    /// Sends the requests.
    public var client: any ServerClient
    /// Reads the wall clock.
    public var now: @Sendable () -> Date
    /// The variables of this process, where cloud providers leave credentials.
    public var environment: [String: String]

    /// Makes a connection; nothing is sent yet.
    public init(
        _ spec: MetricTemplate.Provider, credentials: Credentials = .none, interval: Duration = .seconds(60),
        client: any ServerClient, now: @escaping @Sendable () -> Date = { Date() },
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.spec = spec
        self.credentials = credentials
        self.interval = interval
        self.client = client
        self.now = now
        self.environment = environment
    }

    /// The server's address without a slash at its end.
    ///
    /// - Throws: `DeliveryError.reference` when there is none and no default.
    func base(default address: String? = nil) throws -> String {
        guard var base = spec.address.flatMap({ $0.isEmpty ? nil : $0 }) ?? address else {
            throw DeliveryError.reference("\(spec.type) has no address")
        }
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    /// A value of the secret.
    ///
    /// - Throws: `DeliveryError.credentials` when it is missing or empty.
    func credential(_ key: String) throws -> String {
        guard let value = credentials[key], !value.isEmpty else {
            throw DeliveryError.credentials("\(spec.type) credentials does not contain \(key)")
        }
        return value
    }

    /// The header of basic authentication with the secret's `username` and `password`.
    func basicAuthorization() throws -> ServerRequest.Header {
        let pair = "\(try credential("username")):\(try credential("password"))"
        return .init("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())")
    }

    /// A request with the provider's own settings: headers, certificate verification.
    func request(
        _ url: String, method: String = "GET", query: [(String, String)] = [],
        headers: [ServerRequest.Header] = [], body: String? = nil
    ) -> ServerRequest {
        let pairs = query.map { "\(Self.escape($0.0))=\(Self.escape($0.1))" }.joined(separator: "&")
        let own = (spec.headers ?? [:]).sorted { $0.key < $1.key }
            .flatMap { name, values in values.map { ServerRequest.Header(name, $0) } }
        return ServerRequest(
            pairs.isEmpty ? url : "\(url)?\(pairs)", method: method, headers: own + headers, body: body,
            skipsVerification: spec.insecureSkipVerify ?? false)
    }

    /// Sends a request and returns the body of a 200.
    ///
    /// - Throws: `DeliveryError.refusal` for another status, without credentials that the server may have echoed.
    func fetch(_ request: ServerRequest) async throws -> String {
        let answer = try await client.send(request)
        guard answer.status == 200 else {
            throw DeliveryError.refusal(status: answer.status, body: credentials.redact(answer.body))
        }
        guard !answer.isCut else {
            throw DeliveryError.answer(cause: "the answer is longer than \(request.longestAnswer) bytes")
        }
        return answer.body
    }

    /// Sends a request and reads the JSON of a 200.
    func fetch<Value: Decodable>(_ type: Value.Type, _ request: ServerRequest) async throws -> Value {
        let body = try await fetch(request)
        do {
            return try JSONDecoder().decode(type, from: Data(body.utf8))
        } catch {
            throw DeliveryError.answer(
                cause: "error unmarshaling result: \(credentials.redact(String(body.prefix(200))))")
        }
    }

    /// Whole seconds since the Unix epoch.
    var seconds: Int64 { Int64(now().timeIntervalSince1970) }

    /// The window in seconds.
    var intervalSeconds: Int64 { max(interval.components.seconds, 1) }

    /// A text as part of a URL's path or query.
    static func escape(_ text: String) -> String {
        let allowed = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }

    /// A query on one line, as it is sent.
    static func oneLine(_ query: String) -> String {
        query.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
