import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import LoadTester

/// The load tester under test is also the server that the load goes to.
struct HTTPTaskTests {
    private func ask(_ server: LiveServer, _ metadata: [String: String]) async throws
        -> LiveServerAddress.Answer
    {
        var all = metadata
        all["type"] = "http"
        // Few connections, made early: Hummingbird dies when it is stopped while it accepts one.
        if metadata["connections"] == nil { all["connections"] = "2" }
        return try await server.send("/", try taskPayload(all), timeout: .seconds(60))
    }

    @Test("answers 200 with the summary when the thresholds are kept")
    func kept() async throws {
        try await LiveServer.run { server in
            let answer = try await ask(
                server,
                [
                    "url": server.address.url + "/healthz", "requests": "50", "connections": "2",
                    "thresholds": "success>=100, p99<60s\nerrors<=0", "returnCmdOutput": "true",
                ])
            #expect(answer.status == 200)
            #expect(answer.body.contains("[200]\t50 responses"))
            #expect(answer.body.contains("[passed]\tsuccess>=100"))
        }
    }

    @Test("answers 500 with the summary when a threshold is missed")
    func missed() async throws {
        try await LiveServer.run { server in
            let answer = try await ask(
                server,
                [
                    "url": server.address.url + "/gate/halt", "method": "post", "body": "{}", "rate": "200",
                    "duration": "300ms", "thresholds": "success>=99",
                ])
            #expect(answer.status == 500)
            #expect(answer.body.contains("[failed]\tsuccess>=99"))
            #expect(answer.body.contains("Open loop:"))
        }
    }

    @Test("fails without thresholds when nobody answers")
    func unanswered() async throws {
        try await LiveServer.run { server in
            let answer = try await ask(server, ["url": "http://127.0.0.1:1/", "requests": "3"])
            #expect(answer.status == 500)
            #expect(answer.body.contains("connection refused"))
        }
    }

    @Test("knows the names that the daemon gives to tasks")
    func names() async throws {
        // The server's port is not known before it runs.
        let names = Mutex("")
        try await LiveServer.run(
            environment: TaskEnvironment { _, _ in ["AVIARY_RESOLVE": names.withLock { $0 }] }
        ) { server in
            let address = server.address.url.replacing("http://", with: "")
            names.withLock { $0 = "podinfo-canary.test=\(address)" }
            let answer = try await ask(
                server, ["url": "http://podinfo-canary.test:9898/healthz", "requests": "3"])
            #expect(answer.status == 200)
        }
    }

    @Test("shows neither the body nor credentials, and no more than 4 KiB of a command")
    func shown() async throws {
        let log = LogLines()
        try await LiveServer.run(log: log) { server in
            let answer = try await ask(
                server,
                [
                    "url": server.address.url + "/healthz?" + String(repeating: "q", count: 9000),
                    "requests": "2", "method": "POST", "body": "the body of the request",
                    "headers": "Authorization: Key S3CR3T\nX-Team: birds",
                ])
            #expect(answer.status == 200)
            let command = try await server.finishedTask().command
            #expect(
                command.hasPrefix(
                    "http body=<23 bytes> connections=2 headers=Authorization: ***; X-Team: birds"))
            #expect(command.utf8.count < 4200)
            #expect(!log.text.contains("S3CR3T") && !log.text.contains("the body of"))
        }
    }

    @Test("refuses tasks whose payloads would take more memory than they may together")
    func heldBytes() async throws {
        var limits = TaskLimits()
        (limits.running, limits.heldBytes) = (1, 3000)
        let accepted = Mutex<[any Channel]>([])
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                accepted.withLock { $0.append(channel) }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        try await LiveServer.run(limits: limits) { server in
            async let first = ask(
                server, ["url": "http://127.0.0.1:\(port)/", "requests": "1", "connections": "1"])
            try await eventually { accepted.withLock { !$0.isEmpty } }
            let large = ["url": "http://127.0.0.1:\(port)/", "body": String(repeating: "x", count: 2000)]
            let refused = try await ask(server, large)
            #expect(refused.status == 429)
            #expect(refused.body.contains("3000 bytes of payloads"))
            accepted.withLock { $0.forEach { $0.close(promise: nil) } }
            #expect(try await first.status == 500)
            // What has ended holds nothing.
            let fits = ["url": "http://127.0.0.1:1/", "body": String(repeating: "x", count: 1500)]
            #expect(try await ask(server, fits).status == 500)
        }
        try await silent.close()
    }

    @Test("ends a run that takes longer than tasks may")
    func timeout() async throws {
        var limits = TaskLimits()
        limits.timeout = .milliseconds(300)
        // Somebody who accepts and says nothing.
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        try await LiveServer.run(limits: limits) { server in
            let answer = try await ask(
                server, ["url": "http://127.0.0.1:\(port)/", "duration": "1h", "rate": "20"])
            #expect(answer.status == 500)
            #expect(answer.body.contains("timed out after 300ms"))
            #expect(answer.body.contains("Summary:"))
        }
        try await silent.close()
    }

    @Test(
        "refuses what it cannot run, and names the field",
        arguments: [
            ([:], "metadata.url"), (["url": "podinfo"], "http://"),
            (["url": "http://x/", "threshold": "p99<1s"], "metadata.threshold "),
            (["url": "http://x/", "thresholds": "p99"], "p99<250ms"),
            (["url": "http://x/", "duration": "10"], "metadata.duration"),
            (["url": "http://x/", "duration": "1s", "requests": "5"], "metadata.requests"),
            (["url": "http://x/", "requests": "many"], "metadata.requests"),
            (["url": "http://x/", "rate": "0"], "metadata.rate is 0"),
            (["url": "http://x/", "rate": "1e-300"], "metadata.rate is 1e-300"),
            (["url": "http://x/", "requests": "9223372036854775807"], "metadata.requests is 92"),
            (["url": "http://x/", "connections": "0"], "metadata.connections"),
            (["url": "http://x/", "http2": "yes"], "metadata.http2"),
            (["url": "http://x/", "headers": "nonsense"], "nonsense"),
            (["url": "http://x/", "method": "A B"], "A B"),
        ])
    func refused(metadata: [String: String], words: String) async throws {
        try await LiveServer.run { server in
            let answer = try await ask(server, metadata)
            #expect(answer.status == 400)
            #expect(answer.body.contains(words))
        }
    }
}
