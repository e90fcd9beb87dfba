import NIOCore

/// Opens connections on one event loop.
final class Dialer {
    private let loop: any EventLoop
    private let settings: DialSettings
    private let lookup: NameLookup

    init(loop: any EventLoop, settings: DialSettings) {
        self.loop = loop
        self.settings = settings
        lookup = NameLookup(loop: loop)
    }

    /// Looks the target (or the proxy before it) up and connects to its first address that answers.
    ///
    /// `completion` runs on the event loop once requests can be sent, TLS included, or after the settings'
    /// time-out at the latest; its second argument is the time the lookup took.
    func dial(
        _ target: LoadTarget, completion: @escaping (Result<Link, LoadFailure>, TimeAmount) -> Void
    ) {
        let endpoint =
            settings.proxy.map { settings.hostMap.address(of: $0.host, port: $0.port) }
            ?? settings.hostMap.address(of: target.host, port: target.port)
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
        completion: @escaping (Result<Link, LoadFailure>) -> Void
    ) {
        guard let address = addresses.first else { return }
        Dial(loop: loop, target: target, settings: settings).start(to: address) { result in
            if case .failure = result, addresses.count > 1 {
                return self.connect(to: addresses.dropFirst(), of: target, completion: completion)
            }
            completion(result)
        }
    }
}
