import NIOCore
import Synchronization
import Testing

@testable import Proxy

@Suite("Back-pressure", .serialized) struct BackPressureTests {
    private static let bodyBytes = 64 << 20

    /// Sends 64 MiB, one part after another as they leave, and tells how much has left.
    private func source(_ sent: Counter) async throws -> RawReplica {
        @Sendable func sendNext(_ channel: any Channel) {
            guard sent.value < Self.bodyBytes else { return }
            let part = ByteBuffer(repeating: 0x61, count: 1 << 16)
            channel.writeAndFlush(part).whenSuccess {
                sent.add(1 << 16)
                sendNext(channel)
            }
        }
        return try await RawReplica.start { _, channel in
            channel.reply("HTTP/1.1 200 OK\r\nContent-Length: \(Self.bodyBytes)\r\n\r\n")
            sendNext(channel)
        }
    }

    @Test("pauses the replica while a slow reader leaves a 64 MiB body, and delivers it whole in the end")
    func slowReader() async throws {
        let sent = Counter()
        let replica = try await source(sent)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port, keepsBytes: false, reads: false)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await settled { sent.value }
            // What has left the replica is in the sockets' buffers, whose size is the kernel's affair.
            #expect(sent.value > 0 && sent.value < Self.bodyBytes / 2)
            #expect(try await bufferedBytes(proxy) < 1 << 20)
            try await client.setReading(true)
            try await eventually("the whole body", within: .seconds(120)) {
                client.totalReceived > Self.bodyBytes
            }
        }
        await replica.stop()
    }

    @Test("pauses a client that uploads faster than the replica reads, and delivers the body whole")
    func slowReplica() async throws {
        let replica = try await RawReplica.start(reads: false)
        try await withProxy(RoutingTable(primary: [replica.endpoint])) { (proxy, port) async throws in
            let client = try await RawClient.connect(port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.bodyBytes)\r\n\r\n")
            let sent = Counter()
            let upload = Task {
                let part = [UInt8](repeating: 0x61, count: 1 << 16)
                while sent.value < Self.bodyBytes {
                    try await client.send(part)
                    sent.add(part.count)
                }
            }
            try await settled { sent.value }
            #expect(sent.value < Self.bodyBytes / 2)
            #expect(try await bufferedBytes(proxy) < 1 << 20)
            for channel in replica.connections { try await channel.setOption(.autoRead, value: true).get() }
            try await upload.value
            try await eventually("the whole body", within: .seconds(120)) {
                replica.totalReceived > Self.bodyBytes
            }
        }
        await replica.stop()
    }

    /// What the proxy itself holds of bodies.
    private func bufferedBytes(_ proxy: ReverseProxy) async throws -> Int {
        let loop = proxy.loops[0]
        return try await proxy.eventLoops[0].submit {
            let contexts =
                loop.value.clients.members.compactMap(\.context)
                + loop.value.upstreams.members.compactMap(\.context)
            let written = contexts.compactMap {
                try? $0.channel.syncOptions?.getOption(.bufferedWritableBytes)
            }
            let read = loop.value.clients.members.map(\.inbound.readableBytes)
            return (written + read).reduce(0, +)
        }.get()
    }
}

/// A number that several event loops add to.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add(_ amount: Int) { count.add(amount, ordering: .relaxed) }
}
