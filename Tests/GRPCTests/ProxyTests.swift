import Foundation
import Logging
import NIOPosix
import Proxy
import Testing

/// Python's gRPC on both sides of the proxy: an independent judge of both.
@Suite("gRPC through the proxy") struct ProxyTests {
    private struct Results: Decodable, Equatable {
        var canary = 10
        var echo = Echo(bytes: 3_000_000, answer: "00ff")
        var fail = ["NOT_FOUND", "not there: ü"]
        var unknown = "UNIMPLEMENTED"
        var deadline = "DEADLINE_EXCEEDED"
        var many = 10_000_000
        var sum = "10000000"
        var talk = true
        var cancelled = true
        var concurrent = 1000

        struct Echo: Decodable, Equatable {
            var bytes: Int
            var answer: String

            init(bytes: Int, answer: String) { (self.bytes, self.answer) = (bytes, answer) }

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                (bytes, answer) = (try values.decode(Int.self), try values.decode(String.self))
            }
        }
    }

    @Test("Python's gRPC makes calls of all kinds over one channel, split by weight and measured")
    func calls() async throws {
        let peer = try await PythonPeer.begin(script: "streams.py")
        let ports = peer.greeting.split(separator: " ").compactMap { Int($0) }
        try #require(ports.count == 2)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let sides = ports.map { Endpoint(host: "127.0.0.1", port: $0) }
        let proxy = try await ReverseProxy.start(
            [Listener(audience: .apex)],
            table: RoutingTable(primary: [sides[0]], canary: [sides[1]], canaryWeight: 25), group: group,
            logger: Logger(label: "proxy"))
        let answer = try await peer.end(telling: "\(proxy.boundPorts[0])")
        let results = try JSONDecoder().decode(Results.self, from: answer)
        #expect(results == Results())
        let statistics = await (
            proxy.statistics(.primary, over: .seconds(60)), proxy.statistics(.canary, over: .seconds(60))
        )
        #expect(statistics.0.requests + statistics.1.requests == 1048)
        // The unknown method and the one that outlasted its time.
        #expect(statistics.0.failures + statistics.1.failures == 2)
        #expect(statistics.0.cancelled + statistics.1.cancelled == 1)
        await proxy.drain(within: .seconds(5))
        try await group.shutdownGracefully()
    }
}
