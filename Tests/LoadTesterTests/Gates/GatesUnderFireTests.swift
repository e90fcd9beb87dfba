import Foundation
import LoadTester
import Randomness
import Testing

@Suite("Gates under fire")
struct GatesUnderFireTests {
    @Test("all acknowledged of a thousand moves are there after fifty kill -9", .timeLimit(.minutes(10)))
    func thousandMoves() async throws {
        try await withTemporaryDirectory { directory in
            var random = SplitMix64()
            let moves = Moves()
            for life in 0..<50 {
                let process = try await LoadTesterProcess(["--data-dir", directory])
                let (server, id) = (process.server, process.id)
                try await moves.verify(against: server, "seed \(random.seed), life \(life)")
                // Four movers at a time, each with canaries of its own, and the shot comes between their moves.
                let lanes = (0..<4).map { lane in
                    (0..<8).map { _ in
                        (
                            "canary-\(lane)-\(Int.random(in: 0..<5, using: &random))",
                            Bool.random(using: &random)
                        )
                    }
                }
                let some = Int.random(in: 0..<8, using: &random)
                let patience = Duration.microseconds(Int.random(in: 500..<150_000, using: &random))
                try await Self.shoot(id, in: moves, lanes, at: server, after: some, and: patience)
                #expect(try await process.end(by: SIGKILL) == nil)
            }
            #expect(await moves.acknowledged > 100, "seed \(random.seed)")
            #expect(await moves.tried == 1600)
            let process = try await LoadTesterProcess(["--data-dir", directory])
            try await moves.verify(against: process.server, "seed \(random.seed), at the end")
        }
    }

    /// Makes the moves, and ends the process once some of them are acknowledged, and a little later.
    private static func shoot(
        _ id: pid_t, in moves: Moves, _ lanes: [[(String, Bool)]], at server: LiveServerAddress,
        after some: Int, and patience: Duration
    ) async throws {
        let (before, begun) = (await moves.acknowledged, await moves.tried)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in lanes {
                group.addTask {
                    for (name, opens) in lane { await moves.make(name, opens, at: server) }
                }
            }
            group.addTask {
                try await eventually(within: .seconds(60)) {
                    let (acknowledged, tried) = (await moves.acknowledged, await moves.tried)
                    return acknowledged >= before + some || tried == begun + lanes.joined().count
                }
                try await Task.sleep(for: patience)
                kill(id, SIGKILL)
            }
            try await group.waitForAll()
        }
    }
}

/// What was asked of gates, and what was acknowledged.
private actor Moves {
    private var acknowledgedState: [String: Bool] = [:]
    /// Asked for after that, without an answer: it may have been made or not.
    private var doubtful: Set<String> = []
    private(set) var acknowledged = 0
    private(set) var tried = 0

    func make(_ name: String, _ opens: Bool, at server: LiveServerAddress) async {
        tried += 1
        let path = opens ? "/gate/open" : "/gate/close"
        let answer = try? await server.send(path, payload(name), timeout: .seconds(30))
        if answer?.status == 202 {
            acknowledged += 1
            acknowledgedState[name] = opens
            doubtful.remove(name)
        } else {
            doubtful.insert(name)
        }
    }

    func verify(against server: LiveServerAddress, _ comment: String) async throws {
        for (name, isOpen) in acknowledgedState where !doubtful.contains(name) {
            let answer = try await server.send("/gate/check", payload(name))
            #expect(answer.status == (isOpen ? 200 : 403), "\(name), \(comment)")
        }
        for name in doubtful {
            acknowledgedState[name] = try await server.send("/gate/check", payload(name)).status == 200
        }
        doubtful = []
    }

    private func payload(_ name: String) -> String { #"{"name":"\#(name)","namespace":"test"}"# }
}
