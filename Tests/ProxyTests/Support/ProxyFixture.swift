import Logging
import NIOPosix

@testable import Proxy

/// Runs a proxy on its own event loops and ends both afterwards.
func withProxy<Result>(
    _ table: RoutingTable, loops: Int = 1, seed: UInt64 = 1, clock: MonotonicClock = .system,
    limits change: (inout ProxyLimits) -> Void = { _ in },
    _ body: (ReverseProxy, _ apex: Int) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
    var limits = ProxyLimits()
    change(&limits)
    let listeners = [
        Listener(audience: .apex), Listener(audience: .side(.primary)), Listener(audience: .side(.canary)),
    ]
    let proxy = try await ReverseProxy.start(
        listeners, table: table, group: group, limits: limits, logger: Logger(label: "proxy"), clock: clock,
        seed: seed)
    do {
        let result = try await body(proxy, proxy.boundPorts[0])
        await proxy.drain(within: .zero)
        try await group.shutdownGracefully()
        return result
    } catch {
        await proxy.drain(within: .zero)
        try? await group.shutdownGracefully()
        throw error
    }
}
