import NIOCore
import NIOHTTP2
import Synchronization
import Testing

@testable import Proxy

@Suite("HTTP/2: time-outs") struct CallTimeoutTests {
    private func silent() async throws -> FrameReplica { try await FrameReplica.start { _, _, _ in } }

    @Test("answers 504 when a replica does not answer in time, and tells it")
    func slowReplica() async throws {
        let replica = try await silent()
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.response = .seconds(3) }
        ) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            #expect(try await client.response(client.request(1)).status == "504")
            try await eventually("the reset") { replica.requests.first?.reset == .cancel }
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
            await client.close()
        }
        await replica.stop()
    }

    @Test("lets a gRPC call be silent for as long as an upgraded connection, and no longer")
    func silentCall() async throws {
        let replica = try await silent()
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]),
            limits: {
                $0.response = .milliseconds(50)
                $0.clientStall = .milliseconds(50)
                $0.tunnelIdle = .milliseconds(500)
            }
        ) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let began = ContinuousClock.now
            let response = try await client.response(client.call(1, isLast: false))
            #expect(response.head?.first(name: "grpc-status") == "14")
            #expect(ContinuousClock.now - began >= .milliseconds(400))
            await client.close()
        }
        await replica.stop()
    }

    @Test("ends a call whose own time-out is over, as the server's failure")
    func callTimeout() async throws {
        let replica = try await silent()
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.call(1, headers: [("grpc-timeout", "100m")])
            let response = try await client.response(stream)
            #expect(response.head?.first(name: "grpc-status") == "4")
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 1)
            await client.close()
        }
        await replica.stop()
    }

    @Test("counts a call that its client cancels at its own time-out as failed, and an earlier one not")
    func cancelledAtTimeout() async throws {
        let replica = try await silent()
        let now = Mutex<UInt64>(1_000_000_000_000)
        let clock = MonotonicClock { now.withLock { $0 } }
        try await withProxy(RoutingTable(primary: [replica.endpoint]), clock: clock) {
            (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let late = client.call(1, headers: [("grpc-timeout", "1m")])
            let early = client.call(3, headers: [("grpc-timeout", "1H")])
            try await eventually("both calls") { replica.requests.count == 2 }
            now.withLock { $0 += 2_000_000 }
            client.send(.rstStream(.cancel), on: late)
            client.send(.rstStream(.cancel), on: early)
            try await eventually("both to be counted") {
                await proxy.statistics(.primary, over: .seconds(60)).requests == 2
            }
            let statistics = await proxy.statistics(.primary, over: .seconds(60))
            #expect(statistics.failures == 1 && statistics.cancelled == 1)
            await client.close()
        }
        await replica.stop()
    }

    @Test("answers 408 when a client does not go on with a request's body")
    func slowRequest() async throws {
        let replica = try await silent()
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.clientStall = .milliseconds(100) }
        ) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            let stream = client.request(1, method: "POST", isLast: false)
            try await eventually("the reset after the answer") { client.record(stream).reset == .noError }
            #expect(client.record(stream).status == "408")
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
            await client.close()
        }
        await replica.stop()
    }

    @Test("resets a call whose client does not read", arguments: [false, true])
    func slowReader(isEnded: Bool) async throws {
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded else { return }
            peer.head([(":status", "200")], on: stream)
            peer.data(ByteBuffer(repeating: 0x61, count: 100_000), on: stream, isLast: isEnded)
        }
        try await withProxy(
            RoutingTable(primary: [replica.endpoint]), limits: { $0.clientStall = .seconds(3) }
        ) { (proxy, port) async throws in
            let client = try await FramePeer.connect(port, acknowledges: false)
            let response = try await client.response(client.request(1))
            #expect(response.reset == .cancel && response.bodyCount == 65_535)
            #expect(await proxy.statistics(.primary, over: .seconds(60)).failures == 0)
            await client.close()
        }
        await replica.stop()
    }
}
