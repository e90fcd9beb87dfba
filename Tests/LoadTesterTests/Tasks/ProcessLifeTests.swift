import Foundation
import Glibc
import LoadTester
import Testing

@Suite("Processes of tasks")
struct ProcessLifeTests {
    @Test(
        "ends grandchildren with a task that ran too long, though they ignore TERM", .timeLimit(.minutes(5)))
    func timeoutEndsGrandchildren() async throws {
        let mark = "\(Int.random(in: 100_000...999_999)).25"
        var limits = TaskLimits()
        limits.timeout = .seconds(5)
        limits.grace = .milliseconds(500)
        try await LiveServer.run(limits: limits) { server async throws in
            let command = "(trap '' TERM; sleep \(mark) & sleep \(mark)) & (sleep \(mark)) & sleep \(mark)"
            let payload = try taskPayload(["type": "bash", "cmd": command])
            async let answer = server.send("/", payload)
            try await eventually { try LoadTesterProcess.count(of: mark) >= 4 }
            let ended = try await answer
            #expect(ended.status == 500)
            #expect(ended.body.hasSuffix("timed out after 5s"))
            try await eventually { try LoadTesterProcess.count(of: mark) == 0 }
        }
    }

    @Test(
        "ends processes that have left the group soon after the time-out, though they ignore TERM",
        .timeLimit(.minutes(5)),
        arguments: [
            "setsid sleep MARK & sleep MARK", "setsid -f sleep MARK >/dev/null 2>&1; sleep MARK",
            "setsid -f sh -c 'trap \"\" TERM; setsid -f sleep MARK; sleep MARK' >/dev/null 2>&1; sleep MARK",
            "trap '' TERM; (setsid sh -c 'sleep MARK & sleep MARK' &) ; sleep MARK; sleep MARK",
            "env -i setsid sleep MARK & sleep MARK", "while :; do setsid -f sleep MARK; sleep 0.05; done",
        ], ["cmd", "bash"])
    func timeoutEndsThoseThatLeft(_ pattern: String, _ type: String) async throws {
        let mark = "\(Int.random(in: 100_000...999_999)).75"
        var limits = TaskLimits()
        limits.timeout = .milliseconds(500)
        try await LiveServer.run(limits: limits) { [limits] server async throws in
            let payload = try taskPayload(["type": type, "cmd": pattern.replacing("MARK", with: mark)])
            _ = try await server.send("/", payload)
            _ = try await server.finishedTask()
            #expect(try LoadTesterProcess.count(of: mark) == 0)
            let record = try #require(await server.tasks.records().first)
            guard case .finished(let result, _, let started, let ended) = record.state else {
                Issue.record("the task has not ended")
                return
            }
            #expect(result == .timedOut(after: limits.timeout))
            // They would run for a day.
            #expect(ended.timeIntervalSince(started) < 25)
        }
    }

    @Test(
        "ends a chain of processes that each fork, leave the session and exit, however fast",
        .serialized, .timeLimit(.minutes(5)), arguments: [100, 200, 400])
    func timeoutEndsChains(microseconds: Int) async throws {
        let fifo = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try #require(mkfifo(fifo, 0o600) == 0)
        defer { unlink(fifo) }
        // Read from until the last process that inherited the other end is gone.
        let reader = open(fifo, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let chain = """
            use POSIX; use Time::HiRes "time"; $end = time + 30;
            while (time < $end) {
                POSIX::_exit(0) if fork; POSIX::setsid(); syswrite(STDOUT, "x") unless $told++;
                $next = time + \(microseconds)e-6; while (time < $next) {}
            }
            """
        var limits = TaskLimits()
        limits.timeout = .milliseconds(500)
        try await LiveServer.run(limits: limits) { server async throws in
            let command = "exec 3>'\(fifo)'; perl -e '\(chain)' >&3 2>&1 & wait; sleep 30"
            _ = try await server.send("/", try taskPayload(["type": "bash", "cmd": command]))
            let task = try await server.finishedTask(within: .seconds(20))
            #expect(task.state == "timedOut")
            var bytes = [UInt8](repeating: 0, count: 65_536)
            var hasRun = false
            // Well before it would end by itself.
            try await eventually(within: .seconds(20)) {
                let count = read(reader, &bytes, bytes.count)
                if count > 0 { hasRun = true }
                return count == 0
            }
            #expect(hasRun)
        }
    }

    @Test(
        "ends at its start what a killed one has left, and nothing of one that lives", .timeLimit(.minutes(5))
    )
    func orphans() async throws {
        let mark = "\(Int.random(in: 100_000...999_999)).5"
        let (killed, living) = (try await LoadTesterProcess(), try await LoadTesterProcess())
        for (server, name) in [(killed.server, mark), (living.server, mark + "1")] {
            let command = "trap '' TERM; setsid -f sleep \(name); sleep \(name) & sleep \(name)"
            _ = try await server.send("/", try taskPayload(["type": "cmd", "cmd": command]))
            try await eventually { try LoadTesterProcess.count(of: "sleep\u{0}\(name)\u{0}") == 3 }
        }
        _ = try await killed.end(by: SIGKILL)
        // Load testers of other tests start meanwhile and may end them first: what `next` logs says nothing.
        let next = try await LoadTesterProcess(["--grace-period", "1s"])
        try await eventually { try LoadTesterProcess.count(of: "sleep\u{0}\(mark)\u{0}") == 0 }
        #expect(try LoadTesterProcess.count(of: "sleep\u{0}\(mark)1\u{0}") == 3)
        #expect(try await living.end(by: SIGTERM) == 0)
        #expect(try LoadTesterProcess.count(of: "sleep\u{0}\(mark)1\u{0}") == 0)
        #expect(try await next.end(by: SIGTERM) == 0)
    }

    @Test("ends what a bash task leaves behind, and waits for what a cmd task leaves")
    func leftovers() async throws {
        let mark = "\(Int.random(in: 100_000...999_999)).125"
        try await withTemporaryDirectory { directory in
            try await LiveServer.run { server async throws in
                let bash = try taskPayload(["type": "bash", "cmd": "setsid -f sleep \(mark) >/dev/null 2>&1"])
                #expect(try await server.send("/", bash).status == 200)
                #expect(try LoadTesterProcess.count(of: mark) == 0)
                let wait = ": \(mark); while [ ! -e \(directory)/go ]; do sleep 0.05; done"
                let left = try taskPayload(["cmd": "setsid -f sh -c '\(wait)' >/dev/null 2>&1"])
                #expect(try await server.send("/", left).status == 202)
                try await eventually { try LoadTesterProcess.count(of: "sh\0-c\0: \(mark)") > 0 }
                #expect(try await server.taskList().last?.state == "running")
                try Data().write(to: URL(filePath: "\(directory)/go"))
                try await eventually { try await server.taskList().last?.state == "succeeded" }
                #expect(try LoadTesterProcess.count(of: mark) == 0)
            }
        }
    }

    @Test("leaves none of 200 tasks at once behind on SIGTERM", .timeLimit(.minutes(5)))
    func manyTasksAreEnded() async throws {
        let mark = "\(Int.random(in: 100_000...999_999)).875"
        let process = try await LoadTesterProcess(["--grace-period", "2s", "--max-tasks", "60"])
        let server = process.server
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let payload = try taskPayload(["cmd": "setsid sleep \(mark) & sleep \(mark) # \(number)"])
                    return try await server.send("/", payload).status
                }
            }
            for try await status in group { #expect(status == 202) }
        }
        try await eventually(within: .seconds(60)) {
            try LoadTesterProcess.count(of: "sleep\0\(mark)") >= 120
        }
        #expect(try await process.end(by: SIGTERM) == 0)
        #expect(try LoadTesterProcess.count(of: mark) == 0)
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

    @Test("ends every task on SIGTERM, though it ignores TERM, and exits with 0", .timeLimit(.minutes(5)))
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
        #expect(try await process.end(by: SIGTERM) == 0)
        #expect(try LoadTesterProcess.count(of: mark) == 0)
        let answer = try await waiting
        #expect(answer.status == 503)
        #expect(answer.body.contains("shutting down"))
    }

    @Test("exits with 0 on SIGTERM though a client holds half a request open", .timeLimit(.minutes(5)))
    func sigtermWithSlowClient() async throws {
        let process = try await LoadTesterProcess(["--grace-period", "1s"])
        let client = try RawConnection(to: process.server)
        client.send("POST /gate/check HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"name\":")
        #expect(try await process.end(by: SIGTERM) == 0)
        withExtendedLifetime(client) {}
    }

    private func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}
