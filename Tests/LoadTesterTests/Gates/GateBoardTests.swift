import Foundation
import GRDB
import Testing

@testable import LoadTester

@Suite("Answers of gates that are known without asking the database")
struct GateBoardTests {
    private func known(_ store: GateStore, _ name: String = "podinfo", at date: Date = Date()) -> Bool? {
        let (namespace, name) = (Array("test".utf8), Array(name.utf8))
        return namespace.withUnsafeBufferPointer { namespace in
            name.withUnsafeBufferPointer { name in
                store.knownAnswer(
                    .gate, GateBoard.Canary(namespace: namespace, name: name),
                    phase: UnsafeBufferPointer(start: nil, count: 0),
                    checksum: UnsafeBufferPointer(start: nil, count: 0), now: date)
            }
        }
    }

    private let key = GateKey(.gate, namespace: "test", name: "podinfo")

    @Test("knows what was asked for, and nothing after a move by itself", arguments: [true, false])
    func ownMoves(isDurable: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let store = try isDurable ? GateStore.open(directory: directory) : .inMemory()
            #expect(known(store) == nil)
            #expect(try await !store.check(key))
            #expect(known(store) == false)
            #expect(known(store, "other") == nil)
            try await store.open(key, by: GateMove(actor: "anna"))
            #expect(known(store) == nil)
            #expect(try await store.check(key))
            #expect(known(store) == true)
            try await store.close(key, by: GateMove(actor: "anna"))
            #expect(known(store) == nil)
        }
    }

    @Test("knows nothing after a move by another store on the same file")
    func movesOfOthers() async throws {
        try await withTemporaryDirectory { directory in
            let (store, other) = (
                try GateStore.open(directory: directory), try GateStore.open(directory: directory)
            )
            for round in 0..<50 {
                #expect(try await store.check(key) == !round.isMultiple(of: 2))
                #expect(known(store) == !round.isMultiple(of: 2))
                if round.isMultiple(of: 2) {
                    try await other.open(key, by: GateMove(actor: "bert"))
                } else {
                    try await other.close(key, by: GateMove(actor: "bert"))
                }
                #expect(known(store) == nil, "round \(round)")
            }
        }
    }

    @Test("knows nothing once a timed gate may have moved")
    func timedGates() async throws {
        let start = Date(timeIntervalSince1970: 1_000_000)
        let store = try GateStore(writer: DatabaseQueue(), now: { start })
        try await store.open(
            key, by: GateMove(actor: "anna", after: start + 10, until: start + 20))
        #expect(try await !store.check(key))
        #expect(known(store, at: start + 9) == false)
        #expect(known(store, at: start + 10) == nil)
    }

    @Test("remembers nothing of named gates and of checks that ask for more than one approval")
    func specialChecks() async throws {
        let store = try GateStore.inMemory()
        #expect(try await !store.check(GateKey(.gate, namespace: "test", name: "podinfo", gate: "qa")))
        #expect(try await !store.check(key, policy: GatePolicy(approvals: 2)))
        #expect(try await !store.check(key, policy: GatePolicy(scope: .revision)))
        #expect(known(store) == nil)
    }

    @Test("remembers who waits, as the database's answer would")
    func waiting() async throws {
        let store = try GateStore.inMemory()
        #expect(try await !store.check(key))
        for _ in 0..<4 { #expect(known(store) == false) }
        #expect(try await store.list().first?.refused?.count == 5)
    }

    @Test("holds a bounded number of gates")
    func bounded() async throws {
        let stamp = GateStamp()
        let board = GateBoard(stamp)
        let now = Date()
        for number in 0..<20_000 {
            board.remember(
                GateKey(.gate, namespace: "test", name: "canary-\(number)"), [], readAt: stamp.value, now: now
            )
        }
        #expect(board.count <= 8192)
        #expect(board.count > 0)
    }
}
