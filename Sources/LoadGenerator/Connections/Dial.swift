import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL

/// One try to open a connection at one address: TCP, then where needed a proxy's tunnel, TLS and the
/// first settings of HTTP/2.
final class Dial {
    private let loop: any EventLoop
    private let target: LoadTarget
    private let settings: DialSettings
    private var completion: ((Result<Link, LoadFailure>) -> Void)?
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?
    private var place = ""

    init(loop: any EventLoop, target: LoadTarget, settings: DialSettings) {
        self.loop = loop
        self.target = target
        self.settings = settings
    }

    /// Connects; `completion` runs once, on the event loop.
    func start(to address: SocketAddress, completion: @escaping (Result<Link, LoadFailure>) -> Void) {
        self.completion = completion
        place = Self.text(address)
        let bound = NIOLoopBound(self, eventLoop: loop)
        timer = loop.assumeIsolated().scheduleTask(in: settings.timeout) {
            self.fail(.timeout("connecting to \(self.place)"))
        }
        ClientBootstrap(group: loop)
            .connectTimeout(settings.timeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            // A second read for each answer would nearly always find nothing.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try bound.value.prepare(channel) }
            }
            .connect(to: address)
            .assumeIsolated().whenFailure { self.fail(.dial(self.place, $0)) }
    }

    private func prepare(_ channel: any Channel) throws {
        guard completion != nil else { throw LoadFailure.closed }
        self.channel = channel
        let pipeline = channel.pipeline.syncOperations
        if target.isSecure, let proxy = settings.proxy {
            let tunnel = ProxyTunnel(to: target, through: proxy) { context, failure in
                if let failure { return self.fail(failure) }
                do {
                    try self.startTLS(context.pipeline.syncOperations)
                } catch { self.fail(.tls(self.place, error)) }
            }
            try pipeline.addHandler(tunnel)
        } else if target.isSecure {
            try startTLS(pipeline)
        } else {
            try speak(settings.version == .http2 ? "h2" : nil, on: pipeline)
        }
    }

    private func startTLS(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        let handler: NIOSSLClientHandler
        do {
            handler = try NIOSSLClientHandler(
                context: settings.tls, serverHostname: settings.serverName ?? target.host)
        } catch is NIOSSLExtraError {
            // An address is no server name: it is verified, where asked for, as the address it is.
            handler = try NIOSSLClientHandler(context: settings.tls, serverHostname: nil)
        }
        let handshake = TLSHandshake { context, result in
            switch result {
            case .failure(let error): self.fail(.tls(self.place, error))
            case .success(let chosen):
                do {
                    try self.speak(chosen, on: context.pipeline.syncOperations)
                } catch { self.fail(.tls(self.place, error)) }
            }
        }
        try pipeline.addHandlers([handler, handshake])
    }

    private func speak(_ chosen: String?, on pipeline: ChannelPipeline.SynchronousOperations) throws {
        if chosen == "h2" {
            let connection = HTTP2Connection(target: target)
            connection.opened = { failure in
                if let failure { self.fail(failure) } else { self.succeed(.http2(connection)) }
            }
            try pipeline.addHandlers([HTTP2Connection.makeFrameHandler(), connection])
        } else if settings.version == .http2 {
            fail(LoadFailure(cause: .tls, description: "TLS with \(place): the server does not offer HTTP/2"))
        } else {
            let connection = HTTP1Connection(target: target)
            connection.opened = { self.succeed(.http1(connection)) }
            try pipeline.addHandler(connection)
        }
    }

    private func succeed(_ link: Link) {
        finish()?(.success(link))
    }

    private func fail(_ failure: LoadFailure) {
        guard let completion = finish() else { return }
        channel?.close(promise: nil)
        completion(.failure(failure))
    }

    private func finish() -> ((Result<Link, LoadFailure>) -> Void)? {
        timer?.cancel()
        timer = nil
        defer { completion = nil }
        return completion
    }

    private static func text(_ address: SocketAddress) -> String {
        let host = address.ipAddress ?? "\(address)"
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(name):\(address.port ?? 0)"
    }
}
