import NIOHTTP2
import Synchronization
import Testing

@testable import Proxy

@Suite("HTTP/2: statistics") struct CallStatisticsTests {
    @Test("count each call by its status, gRPC calls by grpc-status, with its duration")
    func outcomes() async throws {
        let now = Mutex<UInt64>(1_000_000_000_000)
        let clock = MonotonicClock { now.withLock { $0 } }
        let replica = try await FrameReplica.start { peer, stream, record in
            guard record.isEnded, let head = record.head else { return }
            now.withLock { $0 += 20_000_000 }
            let status = head.first(name: "x-status") ?? "200"
            let trailers = head.first(name: "x-grpc").map { [("grpc-status", $0)] }
            peer.answer("ok", on: stream, status: status, trailers: trailers)
        }
        try await withProxy(RoutingTable(primary: [replica.endpoint]), clock: clock) {
            (proxy, port) async throws in
            let client = try await FramePeer.connect(port)
            var number = -1
            func failures(_ headers: [(String, String)], isCall: Bool) async throws -> Int {
                let before = await proxy.statistics(.primary, over: .seconds(600)).failures
                number += 2
                let stream =
                    isCall ? client.call(number, headers: headers) : client.request(number, headers: headers)
                _ = try await client.response(stream)
                return await proxy.statistics(.primary, over: .seconds(600)).failures - before
            }
            for status in 0...16 {
                let expected = [2, 4, 12, 13, 14, 15].contains(status) ? 1 : 0
                #expect(try await failures([("x-grpc", "\(status)")], isCall: true) == expected, "\(status)")
            }
            #expect(try await failures([], isCall: true) == 1)
            #expect(try await failures([("x-grpc", "x")], isCall: true) == 1)
            for (status, expected) in [("503", 1), ("404", 1), ("401", 0), ("429", 1)] {
                #expect(try await failures([("x-status", status)], isCall: true) == expected, "\(status)")
            }
            for (status, expected) in [("200", 0), ("404", 0), ("500", 1)] {
                #expect(try await failures([("x-status", status)], isCall: false) == expected, "\(status)")
            }
            // Not a call, so that its trailers mean nothing.
            #expect(try await failures([("x-grpc", "13")], isCall: false) == 0)
            let all = await proxy.statistics(.primary, over: .seconds(600))
            #expect(all.requests == 27 && all.failures == 12)
            #expect(all.durationP50 > .milliseconds(19.4) && all.durationP50 < .milliseconds(20.6))
            await client.close()
        }
        await replica.stop()
    }

    @Test("know gRPC by its content type, and the time that a client gives a call")
    func calls() {
        let timeouts: [(String, UInt64?)] = [
            ("1H", 3_600_000_000_000), ("20m", 20_000_000), ("7n", 7), ("99999999H", nil), ("5000000H", nil),
            ("1", nil),
            ("x", nil), ("", nil), ("123456789m", nil),
        ]
        for (text, nanoseconds) in timeouts {
            #expect(GRPCCall.nanoseconds(timeout: text) == nanoseconds, "\(text)")
        }
        let types = ["application/grpc", "application/grpc+proto", "application/grpc; x=y"]
        #expect(types.allSatisfy(GRPCCall.isContentType))
        #expect(!GRPCCall.isContentType("application/grpc-web") && !GRPCCall.isContentType("text/plain"))
    }
}
