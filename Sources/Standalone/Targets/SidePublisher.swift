import Proxy
import Rollout
import Synchronization

/// Brings one side's ready replicas into the proxy's table, and holds a retired one until its requests are done.
final class SidePublisher: EndpointPublisher {
    /// The replica set gives up earlier when told so.
    static let longestDrain = Duration.seconds(3600)

    private let router: ProxyRouter
    private let proxy: ReverseProxy
    private let side: Side
    private let onChange: @Sendable () -> Void

    init(router: ProxyRouter, proxy: ReverseProxy, side: Side, onChange: @escaping @Sendable () -> Void) {
        self.router = router
        self.proxy = proxy
        self.side = side
        self.onChange = onChange
    }

    func publish(_ endpoints: ReplicaEndpoints) async {
        router.follow(endpoints.all.map { Endpoint(host: $0.host, port: $0.port) }, of: side)
        onChange()
    }

    func drain(_ endpoint: ReplicaEndpoint) async {
        _ = await proxy.waitUntilUnused(
            Endpoint(host: endpoint.host, port: endpoint.port), within: Self.longestDrain)
    }
}

/// Something to wake that exists only later.
final class RunnerReference: Sendable {
    private let runner = Mutex<CanaryRunner?>(nil)

    func point(to runner: CanaryRunner) { self.runner.withLock { $0 = runner } }

    /// What the rollout's status was after the last tick.
    var status: RolloutStatus? { runner.withLock { $0 }?.status }

    func poke() { runner.withLock { $0 }?.poke() }
}
