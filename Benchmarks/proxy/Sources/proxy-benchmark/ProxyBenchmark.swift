import Logging
import NIOPosix
import Proxy

/// Serves one backend on one event loop until it is killed.
@main struct ProxyBenchmark {
    static func main() async throws {
        let ports = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard ports.count == 2 else {
            print("usage: proxy-benchmark LISTEN-PORT BACKEND-PORT")
            return
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let proxy = try await ReverseProxy.start(
            [Listener(port: ports[0], audience: .apex)],
            table: RoutingTable(primary: [Endpoint(host: "127.0.0.1", port: ports[1])]), group: group,
            logger: Logger(label: "proxy"))
        try await Task.sleep(for: .seconds(86_400))
        await proxy.drain(within: .seconds(1))
    }
}
