import Foundation
import GRDB
import LoadTester
import Synchronization
import Testing

@Suite("Gate store")
struct GateStoreTests {
    private let key = GateKey(.gate, namespace: "test", name: "podinfo")

    @Test("uses a database that its caller has opened, beside the caller's own tables")
    func sharesDatabase() async throws {
        let queue = try DatabaseQueue()
        try await queue.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
        let first = try GateStore(writer: queue)
        let second = try GateStore(writer: queue)
        try await first.open(key, by: GateMove(actor: "ann"))
        #expect(try await second.check(key))
        try await second.close(key, by: GateMove(actor: "bob"))
        #expect(try await !first.check(key))
        #expect(try await queue.read { try $0.tableExists("mine") })
    }

    @Test("refuses a database that a newer version wrote, and says so")
    func refusesNewer() async throws {
        try await withTemporaryDirectory { directory in
            _ = try GateStore.open(directory: directory)
            let queue = try DatabaseQueue(path: "\(directory)/gates.sqlite")
            try await queue.write { try $0.execute(sql: "UPDATE gate_schema SET version = 99") }
            #expect {
                try GateStore.open(directory: directory)
            } throws: {
                "\($0)".contains("version 99, written by a newer Aviary")
            }
        }
    }

    @Test("says which database cannot be opened", arguments: ["/proc/nowhere", "/dev/null/x"])
    func cannotOpen(_ directory: String) {
        #expect {
            try GateStore.open(directory: directory)
        } throws: {
            "\($0)".contains("the gate database \(directory)/gates.sqlite cannot be opened")
        }
    }

    @Test("says that a file is no database")
    func damagedFile() async throws {
        try await withTemporaryDirectory { directory in
            let noise = String(repeating: "not a database ", count: 1000)
            try noise.write(toFile: "\(directory)/gates.sqlite", atomically: true, encoding: .utf8)
            #expect {
                try GateStore.open(directory: directory)
            } throws: {
                "\($0)".contains("gates.sqlite cannot be opened")
            }
        }
    }

    @Test("keeps the writer's own setting for how durable its other writes are")
    func restoresSynchronous() async throws {
        try await withTemporaryDirectory { directory in
            let pool = try DatabasePool(path: "\(directory)/all.sqlite")
            let before = try await pool.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
            let store = try GateStore(writer: pool)
            try await store.open(key, by: GateMove(actor: "ann"))
            #expect(try await pool.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == before)
        }
    }

    @Test("opens at a time and closes after one")
    func timed() async throws {
        let clock = TestClock()
        let store = try GateStore.inMemory(now: clock.read)
        let move = GateMove(
            actor: "ann", after: clock.read().addingTimeInterval(60),
            until: clock.read().addingTimeInterval(120))
        try await store.open(key, by: move)
        #expect(try await !store.check(key))
        clock.advance(by: 60)
        #expect(try await store.check(key))
        clock.advance(by: 59)
        #expect(try await store.check(key))
        clock.advance(by: 1)
        #expect(try await !store.check(key))
    }

    @Test("passes a quorum of two only when two different actors have opened it")
    func quorum() async throws {
        let store = try GateStore.inMemory()
        let policy = GatePolicy(approvals: 2)
        try await store.open(key, by: GateMove(actor: "ann"))
        try await store.open(key, by: GateMove(actor: "ann"))
        #expect(try await !store.check(key, policy: policy))
        try await store.open(key, by: GateMove(actor: "bob"))
        #expect(try await store.check(key, policy: policy))
        try await store.close(key, by: GateMove(actor: "bob"))
        #expect(try await !store.check(key))
    }

    @Test("never carries an approval to another revision when its scope is the revision")
    func revisionScope() async throws {
        let store = try GateStore.inMemory()
        let policy = GatePolicy(scope: .revision)
        #expect(try await !store.check(key, checksum: "one", policy: policy))
        // Without a checksum it is for the revision that waits.
        try await store.open(key, by: GateMove(actor: "ann"))
        #expect(try await store.check(key, checksum: "one", policy: policy))
        #expect(try await !store.check(key, checksum: "two", policy: policy))
        #expect(try await store.check(key, checksum: "two"))
    }

    @Test("binds an approval given before anything waited to the first revision that asks")
    func bindsEarlyApproval() async throws {
        let store = try GateStore.inMemory()
        let policy = GatePolicy(scope: .revision)
        try await store.open(key, by: GateMove(actor: "ann"))
        #expect(try await store.check(key, checksum: "one", policy: policy))
        #expect(try await !store.check(key, checksum: "two", policy: policy))
        #expect(try await store.check(key, checksum: "one", policy: policy))
    }

    @Test(
        "binds an approval to the revision that another store of the database has refused, or an earlier life"
    )
    func revisionRefusedElsewhere() async throws {
        try await withTemporaryDirectory { directory in
            let policy = GatePolicy(scope: .revision)
            let asked = try GateStore.open(directory: directory)
            #expect(try await !asked.check(key, checksum: "one", policy: policy))
            let opened = try GateStore.open(directory: directory)
            try await opened.open(key, by: GateMove(actor: "ann"))
            #expect(try await asked.check(key, checksum: "one", policy: policy))
            // "one" has passed and waits no more: the next approval is for who asks first.
            try await opened.close(key, by: GateMove(actor: "ann"))
            try await opened.open(key, by: GateMove(actor: "ann"))
            #expect(try await asked.check(key, checksum: "two", policy: policy))
            #expect(try await !opened.check(key, checksum: "one", policy: policy))
        }
    }

    @Test("forgets what waited with the canary: another one of its name gets the next approval")
    func forgetsWaiting() async throws {
        let store = try GateStore.inMemory()
        let policy = GatePolicy(scope: .revision)
        let other = GateKey(.gate, namespace: "test", name: "other")
        #expect(try await !store.check(key, checksum: "one", policy: policy))
        #expect(try await !store.check(other, checksum: "one", policy: policy))
        try await store.forget(namespace: "test", name: "podinfo")
        #expect(try await store.list().map(\.key) == [other])
        for gate in [key, other] { try await store.open(gate, by: GateMove(actor: "ann")) }
        #expect(try await store.check(key, checksum: "two", policy: policy))
        #expect(try await !store.check(other, checksum: "two", policy: policy))
    }

    @Test("keeps what waits for so many gates only, however many names are asked for")
    func boundsWaiting() async throws {
        let queue = try DatabaseQueue()
        let store = try GateStore(writer: queue)
        let policy = GatePolicy(scope: .revision)
        for number in 0..<4200 {
            let gate = GateKey(.gate, namespace: "test", name: "podinfo-\(number)")
            #expect(try await !store.check(gate, checksum: "one", policy: policy))
        }
        #expect(
            try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM gate_waiting") } == 4096)
    }

    @Test("counts the checks refused in a row, and forgets them when one passes")
    func refusedChecks() async throws {
        let store = try GateStore.inMemory()
        for _ in 0..<3 { _ = try await store.check(key, phase: "Waiting") }
        #expect(try await store.list().map(\.refused?.count) == [3])
        try await store.open(key, by: GateMove(actor: "ann", reason: "go"))
        _ = try await store.check(key)
        let status = try #require(try await store.list().first)
        #expect(status.refused == nil)
        #expect(status.isOpen)
        #expect(status.lastChange?.reason == "go")
    }

    @Test("remembers a bounded number of waiting gates")
    func boundedWaiting() async throws {
        let store = try GateStore.inMemory()
        for number in 0..<5000 {
            _ = try await store.check(GateKey(.gate, namespace: "n", name: "c\(number)"))
        }
        #expect(try await store.list().count <= 4096)
    }
}

/// A clock that a test moves.
final class TestClock: Sendable {
    private let seconds = Mutex(1_000_000.0)

    @Sendable func read() -> Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

    func advance(by step: Double) { seconds.withLock { $0 += step } }
}
