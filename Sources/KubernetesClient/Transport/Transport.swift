import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Timing

/// Sends requests to one API server, with its credentials.
final class Transport: Sendable {
    /// `aviary/VERSION`, as servers log it.
    let userAgent: String
    let configuration: ClusterConfiguration
    let policy: ClientPolicy
    private let http: HTTPClient
    private let base: String

    init(_ configuration: ClusterConfiguration, policy: ClientPolicy, userAgent: String) throws {
        self.configuration = configuration
        self.policy = policy
        self.userAgent = userAgent
        base = try configuration.baseURL()
        var settings = HTTPClient.Configuration()
        settings.tlsConfiguration = try configuration.tlsConfiguration()
        settings.dnsOverride = configuration.dnsOverride
        settings.proxy = try configuration.proxySettings()
        settings.timeout.connect = TimeAmount(policy.connectTimeout)
        // Each watch holds a connection of its own: one that is stuck holds up nobody else.
        settings.httpVersion = .http1Only
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.idleTimeout = .seconds(60)
        settings.redirectConfiguration = .disallow
        settings.http1_1ConnectionDebugInitializer = Self.prepareConnection
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    func shutdown() async { try? await http.shutdown() }

    /// Makes one try; the credentials are renewed once when the server refuses them.
    func send(_ request: APIRequest) async throws -> APIAnswer {
        let (answer, credential) = try await exchange(request)
        guard answer.code == 401 else { return answer }
        await configuration.credentials.discard(credential)
        let fresh = try await exchange(request).0
        return fresh
    }

    private func exchange(_ request: APIRequest) async throws -> (APIAnswer, Credential) {
        let limit = policy.requestTimeout
        do {
            return try await withDeadline(limit, clock: policy.clock) {
                let credential = try await self.configuration.credentials.credential()
                let response = try await self.http.execute(
                    try self.prepare(request, credential), deadline: .now() + TimeAmount(limit))
                let body = try await response.body.collect(upTo: self.policy.longestAnswer)
                return (
                    APIAnswer(
                        code: Int(response.status.code), retryAfter: Self.retryAfter(response.headers),
                        body: body), credential
                )
            }
        } catch is NIOTooManyBytesError {
            throw KubernetesError.unreadable(
                "\(request.purpose): the answer is longer than \(policy.longestAnswer) bytes")
        }
    }

    /// Opens a stream; its body is to be read or its task cancelled.
    func open(_ request: APIRequest) async throws -> (HTTPClientResponse, Credential) {
        let credential = try await configuration.credentials.credential()
        let response = try await http.execute(
            try prepare(request, credential), deadline: .now() + TimeAmount(policy.requestTimeout))
        return (response, credential)
    }

    private func prepare(_ request: APIRequest, _ credential: Credential) throws -> HTTPClientRequest {
        var prepared = HTTPClientRequest(url: base + (try request.target()))
        prepared.method = request.method
        prepared.headers.add(name: "User-Agent", value: userAgent)
        prepared.headers.add(name: "Accept", value: "application/json")
        if let authorization = credential.authorization {
            prepared.headers.add(name: "Authorization", value: authorization)
        }
        if let identity = credential.identity {
            prepared.tlsConfiguration = try configuration.tlsConfiguration(identity: identity)
        }
        if let body = request.body {
            prepared.headers.add(name: "Content-Type", value: request.contentType)
            prepared.body = .bytes(ByteBuffer(bytes: body.serialized()))
        }
        return prepared
    }

    static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        headers.first(name: "Retry-After").flatMap { Int($0) }.map { .seconds(max($0, 0)) }
    }

    /// Lets the kernel notice within a minute that a silent connection's other end is gone, and keeps buffers small: a
    /// watch would hold on to those of the list that came before it.
    private static let prepareConnection: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
        let tcp = ChannelOptions.Types.SocketOption.self
        let options: [(ChannelOptions.Types.SocketOption, Int)] = [
            (tcp.init(level: .socket, name: .so_keepalive), 1),
            (tcp.init(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), 20),
            (tcp.init(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), 10),
            (tcp.init(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), 3),
        ]
        var set = options.map { channel.setOption($0.0, value: $0.1) }
        set.append(channel.setOption(.maxMessagesPerRead, value: 1))
        set.append(
            channel.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 1 << 15)))
        // A connection through a proxy or in a test may have no such options, and works without them.
        return EventLoopFuture.andAllComplete(set, on: channel.eventLoop)
    }
}
