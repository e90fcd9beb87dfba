import Foundation
import LoadTester
import Testing

@Suite("Commands aviary gate and aviary rollback")
struct CommandLineTests {
    @Test("opens, lists and closes a gate on a running server")
    func movesGate() async throws {
        try await LiveServer.run { server async throws in
            let url = server.address.url
            let opened = try await aviary(
                "gate", "open", "podinfo", "-n", "test", "--gate", "qa", "--reason", "looks good",
                "--server", url)
            #expect(opened == Ran(status: 0, output: "podinfo.test: gate opened\n"))
            let key = GateKey(.gate, namespace: "test", name: "podinfo", gate: "qa")
            #expect(try await server.gates.check(key))
            let change = try #require(try await server.gates.history().first)
            #expect(change.reason == "looks good")
            #expect(change.actor == NSUserName())
            let listed = try await aviary("gate", "list", "--server", url)
            #expect(listed.output.contains("test       podinfo  gate  qa    open"))
            let json = try await aviary("gate", "list", "--output", "json", "--server", url)
            #expect(json.output.contains(#""gate":"qa""#))
            let closed = try await aviary(
                "gate", "close", "podinfo", "-n", "test", "--gate", "qa", "--server", url, "-o", "json")
            #expect(
                closed.output == #"{"canary":"podinfo","namespace":"test","result":"gate closed"}"# + "\n")
            #expect(try await !server.gates.check(key))
        }
    }

    @Test("opens and closes a rollback, with the server from the environment")
    func movesRollback() async throws {
        try await LiveServer.run { server async throws in
            let environment = ["AVIARY_SERVER": server.address.url + "/"]
            let key = GateKey(.rollback, namespace: "test", name: "podinfo")
            let opened = try await aviary(
                "rollback", "open", "podinfo", "-n", "test", environment: environment)
            #expect(opened == Ran(status: 0, output: "podinfo.test: rollback opened\n"))
            #expect(try await server.gates.check(key))
            let closed = try await aviary(
                "rollback", "close", "podinfo", "-n", "test", environment: environment)
            #expect(closed.status == 0)
            #expect(try await !server.gates.check(key))
        }
    }

    @Test("says what to do when the server cannot be reached, and exits with 1")
    func unreachable() async throws {
        let ran = try await aviary("gate", "list", "--server", "http://127.0.0.1:1")
        #expect(ran.status == 1)
        #expect(ran.output.contains("cannot reach http://127.0.0.1:1/gates"))
        #expect(ran.output.contains("--server URL"))
    }

    @Test("passes on the server's reason when it refuses")
    func refused() async throws {
        try await LiveServer.run { server async throws in
            let ran = try await aviary(
                "gate", "open", "podinfo", "-n", "test", "--until", "soon", "--server", server.address.url)
            #expect(ran.status == 1)
            #expect(ran.output.contains("Error: until \"soon\" is not a duration"))
        }
    }

    @Test(
        "refuses bad flags of the load tester and names the fix",
        arguments: [
            (["-port", "99999"], "from 0 to 65535"), (["-timeout", "soon"], "30s or 1m30s"),
            (["-namespace-regexp", "("], "--namespace-regexp \"(\" is not a regular expression"),
            (["-log-level", "loud"], "use debug, info"),
            (["--data-dir", "/proc/nowhere"], "cannot be opened"),
        ])
    func badFlags(_ flags: [String], _ message: String) async throws {
        let ran = try await aviary(["loadtester"] + flags)
        #expect(ran.status != 0)
        #expect(ran.output.contains(message), "\(ran.output)")
    }

    @Test("says that the port is in use")
    func portInUse() async throws {
        try await LiveServer.run { server async throws in
            let port = String(try #require(server.address.url.split(separator: ":").last))
            let ran = try await aviary("loadtester", "--port", port, "--host", "127.0.0.1")
            #expect(ran.status == 1)
            #expect(ran.output.contains("cannot listen on 127.0.0.1:\(port)"), "\(ran.output)")
        }
    }

    struct Ran: Equatable {
        let status: Int32
        let output: String
    }

    private func aviary(_ arguments: String..., environment: [String: String] = [:]) async throws -> Ran {
        try await aviary(arguments, environment: environment)
    }

    private func aviary(_ arguments: [String], environment: [String: String] = [:]) async throws -> Ran {
        let process = Process()
        process.executableURL = LoadTesterProcess.binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = try OutputFile()
        defer { output.remove() }
        process.standardOutput = output.handle
        process.standardError = output.handle
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        try await eventually { !process.isRunning }
        return Ran(status: process.terminationStatus, output: try output.text)
    }
}
