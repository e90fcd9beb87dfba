import NIOCore
import NIOHTTP1
import NIOPosix

/// Opens connections on one event loop.
final class Dialer {
    private let loop: any EventLoop
    private let hostMap: HostMap
    private let timeout: TimeAmount
    private let lookup: NameLookup

    init(loop: any EventLoop, plan: LoadPlan) {
        self.loop = loop
        hostMap = plan.hostMap
        timeout = plan.timeout.map { TimeAmount($0) } ?? .minutes(2)
        lookup = NameLookup(loop: loop)
    }

    /// Looks the target up and connects to its first address that answers.
    ///
    /// `completion` runs on the event loop, with the time the lookup took.
    func dial(
        _ target: LoadTarget, completion: @escaping (Result<HTTP1Connection, LoadFailure>, TimeAmount) -> Void
    ) {
        let endpoint = hostMap.address(of: target.host, port: target.port)
        let started = NIODeadline.now()
        lookup.addresses(of: endpoint).assumeIsolated().whenComplete { result in
            let spent = NIODeadline.now() - started
            switch result {
            case .success(let addresses):
                self.connect(to: addresses[...], of: target) { completion($0, spent) }
            case .failure(let error): completion(.failure(.dial(endpoint.host, error)), spent)
            }
        }
    }

    private func connect(
        to addresses: ArraySlice<SocketAddress>, of target: LoadTarget,
        completion: @escaping (Result<HTTP1Connection, LoadFailure>) -> Void
    ) {
        guard let address = addresses.first else { return }
        let connection = NIOLoopBound(HTTP1Connection(target: target), eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers(
                        leftOverBytesStrategy: .dropBytes, enableOutboundHeaderValidation: false)
                    try channel.pipeline.syncOperations.addHandler(connection.value)
                }
            }
            .connect(to: address)
            .assumeIsolated().whenComplete { result in
                switch result {
                case .success: completion(.success(connection.value))
                case .failure(let error):
                    guard addresses.count > 1 else {
                        return completion(.failure(.dial(Self.text(address), error)))
                    }
                    self.connect(to: addresses.dropFirst(), of: target, completion: completion)
                }
            }
    }

    static func text(_ address: SocketAddress) -> String {
        let host = address.ipAddress ?? "\(address)"
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(name):\(address.port ?? 0)"
    }
}
