import Foundation
import GRDB
import LoadTester
import Testing

@Suite("Gates when the disk or the database fails")
struct GateFailureTests {
    private static let podinfo = #"{"name":"podinfo","namespace":"test"}"#

    @Test(
        "answers 503 with a reason, never 202, when the disk is full, and moves gates again when it is not",
        .timeLimit(.minutes(5)))
    func fullDisk() async throws {
        try await withTemporaryDirectory { directory in
            // Files may not grow beyond 100 KiB: writes fail as they do on a full disk.
            let process = try await LoadTesterProcess(
                ["--data-dir", directory], shell: "trap '' XFSZ; ulimit -f 200")
            var acknowledged: [String] = []
            var refusal: LiveServerAddress.Answer?
            for number in 0..<2000 where refusal == nil {
                let name = "canary-\(number)"
                let answer = try await process.server.send(
                    "/gate/open",
                    #"{"name":"\#(name)","namespace":"test","reason":"\#(String(repeating: "r", count: 900))"}"#
                )
                if answer.status == 202 { acknowledged.append(name) } else { refusal = answer }
            }
            let refused = try #require(refusal)
            #expect(refused.status == 503)
            #expect(
                refused.body.hasPrefix("the gate cannot be moved, nothing was changed: "), "\(refused.body)")
            #expect(refused.headers["retry-after"] == "5")
            #expect(!acknowledged.isEmpty)
            let check = try await process.server.send(
                "/gate/check", #"{"name":"canary-\#(acknowledged.count)","namespace":"test"}"#)
            #expect(check.status == 403)
            #expect(try await process.end(by: SIGKILL) == nil)
            let store = try GateStore.open(directory: directory)
            for name in acknowledged {
                #expect(try await store.check(GateKey(.gate, namespace: "test", name: name)), "\(name)")
            }
            #expect(try await store.history(limit: 10_000).count == acknowledged.count)
        }
    }

    @Test("answers 503 when another process holds the database, and moves the gate when it is let go")
    func lockedDatabase() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/gates.sqlite"
            var configuration = Configuration()
            configuration.busyMode = .timeout(0.2)
            let gates = try GateStore(writer: DatabasePool(path: path, configuration: configuration))
            var holding = Configuration()
            holding.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: holding)
            try await LiveServer.run(gates: gates) { server async throws in
                try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
                let refused = try await server.send("/gate/open", Self.podinfo)
                #expect(refused.status == 503)
                #expect(refused.body.contains("database is locked"), "\(refused.body)")
                #expect(try await server.send("/gate/check", Self.podinfo).status == 403)
                try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
                #expect(try await server.send("/gate/open", Self.podinfo).status == 202)
                #expect(try await server.send("/gate/check", Self.podinfo).status == 200)
            }
        }
    }

    @Test("answers 503 with a reason when the database holds no more pages")
    func fullDatabase() async throws {
        let queue = try DatabaseQueue()
        let gates = try GateStore(writer: queue)
        try await queue.write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        try await LiveServer.run(gates: gates) { server async throws in
            let long = String(repeating: "r", count: 4000)
            var statuses: Set<Int> = []
            for number in 0..<10 {
                let body = #"{"name":"c\#(number)","namespace":"test","reason":"\#(long)"}"#
                statuses.insert(try await server.send("/gate/open", body).status)
            }
            #expect(statuses.contains(503))
            #expect(statuses.isSubset(of: [202, 503]))
            let metrics = try await server.get("/metrics")
            #expect(metrics.contains(#"http_requests_total{path="/gate/open",status="503"}"#))
        }
    }

    @Test("answers 503 when gates cannot be read, rather than as if they were closed or open")
    func unreadable() async throws {
        let queue = try DatabaseQueue()
        let gates = try GateStore(writer: queue)
        try await LiveServer.run(gates: gates) { server async throws in
            try await queue.write { try $0.execute(sql: "DROP TABLE gate_approval") }
            for path in ["/gate/check", "/rollback/check", "/gates"] {
                let answer = try await server.send(path, Self.podinfo)
                #expect(answer.status == 503, "\(path)")
                #expect(answer.body.hasPrefix("the gate cannot be read: "))
            }
        }
    }

    @Test("lets two processes that start at once on an empty directory both serve", .timeLimit(.minutes(5)))
    func simultaneousStart() async throws {
        try await withTemporaryDirectory { directory in
            async let first = LoadTesterProcess(["--data-dir", directory])
            async let second = LoadTesterProcess(["--data-dir", directory])
            async let third = LoadTesterProcess(["--data-dir", directory])
            let processes = try await [first, second, third]
            #expect(try await processes[0].server.send("/gate/open", Self.podinfo).status == 202)
            for process in processes {
                #expect(try await process.server.send("/gate/check", Self.podinfo).status == 200)
            }
        }
    }
}
