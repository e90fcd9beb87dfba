import GRPC
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

/// Opens HTTP/2 connections to a plan's target on one event loop.
final class CallDialer {
    private let loop: any EventLoop
    private let plan: CallPlan
    private let tls: NIOSSLContext?
    private let lookup: NameLookup

    init(loop: any EventLoop, plan: CallPlan, tls: NIOSSLContext?) {
        self.loop = loop
        self.plan = plan
        self.tls = tls
        lookup = NameLookup(loop: loop)
    }

    /// Connects to the first of the target's addresses that answers; `completion` runs on the event loop.
    ///
    /// The connection is of use once its delegate, set by `prepare` before, was told so.
    func dial(
        method: MethodName, prepare: @escaping (CallConnection) -> Void,
        completion: @escaping (Result<CallConnection, LoadFailure>) -> Void
    ) {
        let endpoint = plan.hostMap.address(of: plan.target.host, port: plan.target.port)
        lookup.addresses(of: endpoint).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let addresses):
                self.connect(to: addresses[...], method, prepare, completion)
            case .failure(let error): completion(.failure(.dial(endpoint.host, error)))
            }
        }
    }

    private func connect(
        to addresses: ArraySlice<SocketAddress>, _ method: MethodName,
        _ prepare: @escaping (CallConnection) -> Void,
        _ completion: @escaping (Result<CallConnection, LoadFailure>) -> Void
    ) {
        guard let address = addresses.first else { return }
        let connection = CallConnection(headers: headers(for: method), isEncrypted: tls != nil)
        prepare(connection)
        let bound = NIOLoopBound((connection, self), eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(plan.connectTimeout))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (connection, dialer) = bound.value
                    try dialer.configure(channel, connection)
                }
            }
            .connect(to: address)
            .assumeIsolated().whenComplete { result in
                switch result {
                case .success: completion(.success(connection))
                case .failure(let error):
                    guard addresses.count > 1 else {
                        return completion(.failure(.dial(Dialer.text(address), error)))
                    }
                    self.connect(to: addresses.dropFirst(), method, prepare, completion)
                }
            }
    }

    private func configure(_ channel: any Channel, _ connection: CallConnection) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            let name = plan.tls?.serverName ?? plan.target.host
            // An address is no name to ask for; its certificate is checked against the address itself.
            let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
            try pipeline.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : name))
        }
        var settings = NIOHTTP2Handler.ConnectionConfiguration()
        settings.initialSettings = [
            HTTP2Setting(parameter: .enablePush, value: 0),
            HTTP2Setting(parameter: .initialWindowSize, value: CallConnection.streamWindow),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 64 << 10),
        ]
        // Servers measure the way to us by many pings; the load is ours, so we need no protection from it.
        settings.controlFrameRateLimit.maximumCount = 1_000_000
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.streamResetFrameRateLimit.maximumCount = 1_000_000_000
        streams.streamErrorRateLimit.maximumCount = 1_000_000_000
        try pipeline.addHandler(
            NIOHTTP2Handler(
                mode: .client, connectionConfiguration: settings, streamConfiguration: streams))
        try pipeline.addHandler(connection)
    }

    private func headers(for method: MethodName) -> HPACKHeaders {
        var headers: HPACKHeaders = [
            ":method": "POST", ":scheme": tls == nil ? "http" : "https", ":path": method.path,
            ":authority": plan.authority ?? plan.target.authority, "content-type": "application/grpc",
            "te": "trailers", "user-agent": "grpc-aviary",
        ]
        if let timeout = plan.timeout {
            headers.add(name: "grpc-timeout", value: CallTimeout.encode(timeout))
        }
        for (name, value) in plan.metadata.fields { headers.add(name: name, value: value) }
        return headers
    }
}
