import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Timing

/// Sends requests over HTTP.
///
/// Redirects are followed at most three times and only on the same host, and never out of TLS, since
/// requests carry credentials.
public final class HTTPServerClient: ServerClient {
    static let maximumRedirects = 3

    private let verifying: HTTPClient
    private let trusting: HTTPClient
    private let resolver: HostResolver

    /// Makes a client. `shutdown()` must be called before it is dropped.
    ///
    /// - Parameter resolve: names that only Aviary knows.
    public init(resolve: @escaping WebhookCaller.Resolver = { _, _ in nil }) {
        verifying = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration())
        trusting = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: Self.configuration(skipsVerification: true))
        resolver = HostResolver(find: resolve)
    }

    /// Closes all connections.
    public func shutdown() async {
        try? await verifying.shutdown()
        try? await trusting.shutdown()
    }

    /// Sends a request, and follows redirects on the same host.
    public func send(_ request: ServerRequest) async throws -> ServerAnswer {
        do {
            return try await withDeadline(request.timeout) { [self] in
                guard let proxy = request.proxy, !proxy.isEmpty else {
                    return try await send(request, with: request.skipsVerification ? trusting : verifying)
                }
                return try await send(request, through: proxy)
            }
        } catch let error as DeliveryError {
            throw error
        } catch {
            throw DeliveryError.exchange(
                cause: "request failed: \(ExchangeFailure.describe(error, within: request.timeout))")
        }
    }

    private func send(_ request: ServerRequest, through proxy: String) async throws -> ServerAnswer {
        guard let parts = URLComponents(string: proxy), let host = parts.host, !host.isEmpty else {
            throw DeliveryError.exchange(cause: "the proxy's address has no host: use http://HOST:PORT")
        }
        var configuration = Self.configuration(skipsVerification: request.skipsVerification)
        let authorization = parts.user.map {
            HTTPClient.Authorization.basic(username: $0, password: parts.password ?? "")
        }
        configuration.proxy = .server(
            host: host, port: parts.port ?? (parts.scheme == "https" ? 443 : 80), authorization: authorization
        )
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let answer = try await send(request, with: client)
            try? await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func send(_ request: ServerRequest, with client: HTTPClient) async throws -> ServerAnswer {
        var url = request.url
        for _ in 0...Self.maximumRedirects {
            let response = try await client.execute(
                try wire(request, to: url), timeout: TimeAmount(request.timeout))
            if let next = try Self.redirect(of: response, from: url, method: request.method) {
                url = next
                continue
            }
            let body = try await BodyStart(
                of: response.body, upTo: request.longestAnswer, endingWith: request.ending)
            return ServerAnswer(
                status: Int(response.status.code), body: body.text, isCut: body.isCut,
                retryAfter: response.headers.first(name: "Retry-After").flatMap { Int($0) })
        }
        throw DeliveryError.exchange(cause: "request failed: too many redirects")
    }

    private func wire(_ request: ServerRequest, to url: String) throws -> HTTPClientRequest {
        let (address, host) = try resolver.address(of: url)
        var wire = HTTPClientRequest(url: address)
        wire.method = .RAW(value: request.method)
        wire.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        if !wire.headers.contains(name: "User-Agent") {
            wire.headers.add(name: "User-Agent", value: "aviary")
        }
        if let host { wire.headers.replaceOrAdd(name: "Host", value: host) }
        if let body = request.body { wire.body = .bytes(ByteBuffer(string: body)) }
        return wire
    }

    /// Where to ask instead; nil when the answer is to be taken as it is.
    private static func redirect(
        of response: HTTPClientResponse, from url: String, method: String
    ) throws -> String? {
        let isRedirect =
            switch response.status.code {
            case 307, 308: true
            case 301, 302, 303: method == "GET"
            default: false
            }
        guard isRedirect, let location = response.headers.first(name: "Location"),
            let next = URL(string: location, relativeTo: URL(string: url))?.absoluteURL
        else { return nil }
        let from = URL(string: url)
        guard next.host == from?.host, next.scheme == "https" || next.scheme == from?.scheme else {
            throw DeliveryError.exchange(
                cause:
                    "redirected to another host or out of TLS, where credentials don't go: use the final address"
            )
        }
        return next.absoluteString
    }

    private static func configuration(skipsVerification: Bool = false) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        if skipsVerification {
            configuration.tlsConfiguration = .makeClientConfiguration()
            configuration.tlsConfiguration?.certificateVerification = .none
        }
        return configuration
    }
}
