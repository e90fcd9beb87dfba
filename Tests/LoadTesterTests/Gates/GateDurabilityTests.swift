import Foundation
import LoadTester
import Testing

@Suite("Gates across restarts")
struct GateDurabilityTests {
    @Test("keeps every acknowledged move through kill -9", .timeLimit(.minutes(5)))
    func survivesKill() async throws {
        try await withTemporaryDirectory { directory in
            var expected: [String: Bool] = [:]
            var random = SystemRandomNumberGenerator()
            for _ in 0..<4 {
                let process = try await LoadTesterProcess(["--data-dir", directory])
                for (name, isOpen) in expected {
                    #expect(try await check(name, process) == isOpen, "\(name)")
                }
                for _ in 0..<40 {
                    let name = "canary-\(Int.random(in: 0..<10, using: &random))"
                    let opens = Bool.random(using: &random)
                    let path = opens ? "/gate/open" : "/gate/close"
                    #expect(try await process.server.send(path, payload(name)).status == 202)
                    expected[name] = opens
                }
                #expect(try await process.end(by: SIGKILL) == nil)
            }
            let store = try GateStore.open(directory: directory)
            #expect(try await store.history(limit: 1000).count == 160)
        }
    }

    @Test("makes two processes on one database behave as one", .timeLimit(.minutes(5)))
    func twoProcesses() async throws {
        try await withTemporaryDirectory { directory in
            let first = try await LoadTesterProcess(["--data-dir", directory])
            let second = try await LoadTesterProcess(["--data-dir", directory])
            for round in 0..<10 {
                let (mover, checker) = round.isMultiple(of: 2) ? (first, second) : (second, first)
                #expect(try await mover.server.send("/gate/open", payload("podinfo")).status == 202)
                #expect(try await check("podinfo", checker))
                #expect(try await checker.server.send("/gate/close", payload("podinfo")).status == 202)
                #expect(try await !check("podinfo", mover))
            }
            #expect(try await first.end(by: SIGTERM) == 0)
            #expect(try await second.end(by: SIGTERM) == 0)
        }
    }

    private func payload(_ name: String) -> String { #"{"name":"\#(name)","namespace":"test"}"# }

    private func check(_ name: String, _ process: LoadTesterProcess) async throws -> Bool {
        let answer = try await process.server.send("/gate/check", payload(name))
        #expect([200, 403].contains(answer.status))
        return answer.status == 200
    }
}
