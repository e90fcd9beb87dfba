import Foundation
import Glibc
import LoadTester
import Testing

@Suite("Processes of tasks")
struct ProcessLifeTests {
    @Test(
        "ends grandchildren with a task that ran too long, though they ignore TERM", .timeLimit(.minutes(1)))
    func timeoutEndsGrandchildren() async throws {
        let mark = "\(Int.random(in: 100_000...999_999)).25"
        var limits = TaskLimits()
        limits.timeout = .milliseconds(500)
        limits.grace = .milliseconds(500)
        try await LiveServer.run(limits: limits) { server async throws in
            let command = "(trap '' TERM; sleep \(mark) & sleep \(mark)) & (sleep \(mark)) & sleep \(mark)"
            let payload = try taskPayload(["type": "bash", "cmd": command])
            async let answer = server.send("/", payload)
            try await eventually { try LoadTesterProcess.count(of: mark) >= 4 }
            let started = ContinuousClock.now
            let ended = try await answer
            #expect(ended.status == 500)
            #expect(ended.body.hasSuffix("timed out after 500ms"))
            try await eventually { try LoadTesterProcess.count(of: mark) == 0 }
            #expect(ContinuousClock.now - started < .seconds(2.5))
        }
    }

    @Test("keeps the daemon's descriptors from its tasks, and leaks none when a command cannot start")
    func descriptors() async throws {
        try await LiveServer.run { server async throws in
            let list = try taskPayload(["type": "bash", "cmd": "ls /proc/self/fd", "returnCmdOutput": "true"])
            // The last one is the directory itself.
            #expect(try await server.send("/", list).body == "0\n1\n2\n3\n")
            let missing = TaskEnvironment { _, _ in ["PATH": "/nonexistent"] }
            try await LiveServer.run(environment: missing) { other async throws in
                let payload = try taskPayload(["type": "helm", "cmd": "list"])
                _ = try await other.send("/", payload)
                let before = try openDescriptors()
                for _ in 0..<20 { #expect(try await other.send("/", payload).status == 500) }
                // Other tests open descriptors meanwhile, but twenty leaks would stay.
                try await eventually { try openDescriptors() < before + 20 }
            }
        }
    }

    @Test("ends every task on SIGTERM and exits with 0 within the grace period", .timeLimit(.minutes(1)))
    func sigtermEndsTasks() async throws {
        let mark = "\(Int.random(in: 100_000...999_999)).5"
        let process = try await LoadTesterProcess(["--grace-period", "1s"])
        for number in 0..<20 {
            let command =
                number.isMultiple(of: 4)
                ? "trap '' TERM; sleep \(mark) & wait; sleep \(mark)" : "sleep \(mark) & wait"
            let payload = try taskPayload(["cmd": "\(command) # \(number)"])
            #expect(try await process.server.send("/", payload).status == 202)
        }
        let address = process.server
        async let waiting = address.send("/", try taskPayload(["type": "bash", "cmd": "sleep \(mark)"]))
        try await eventually { try LoadTesterProcess.count(of: "sleep\0\(mark)") >= 21 }
        let started = ContinuousClock.now
        #expect(try await process.end(by: SIGTERM) == 0)
        #expect(ContinuousClock.now - started < .seconds(5))
        #expect(try LoadTesterProcess.count(of: mark) == 0)
        let answer = try await waiting
        #expect(answer.status == 503)
        #expect(answer.body.contains("shutting down"))
    }

    @Test("exits with 0 on SIGTERM though a client holds half a request open", .timeLimit(.minutes(1)))
    func sigtermWithSlowClient() async throws {
        let process = try await LoadTesterProcess(["--grace-period", "1s"])
        let port = try #require(UInt16(process.server.url.split(separator: ":").last ?? ""))
        let client = try HalfRequest(port: port)
        defer { client.close() }
        #expect(try await process.end(by: SIGTERM) == 0)
    }

    private func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}

/// A connection that has sent the head of a request and only a part of its body.
struct HalfRequest {
    private let socket: Int32

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        let half = "POST /gate/check HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"name\":"
        try #require(write(socket, half, half.utf8.count) == half.utf8.count)
    }

    func close() { Glibc.close(socket) }
}
