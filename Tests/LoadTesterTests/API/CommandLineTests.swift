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

    @Test("writes each event on one line of the log, whatever a payload holds")
    func forgedLog() async throws {
        let process = try await LoadTesterProcess()
        let metadata = ["type": "bash", "cmd": "true #\r\u{1B}[2J\u{2028}FORGED"]
        #expect(try await process.server.send("/", try taskPayload(metadata)).status == 200)
        try await eventually { try process.logText.contains("task succeeded") }
        let log = try process.logText
        #expect(log.contains(#"true #\r\u{1B}[2J\u{2028}FORGED"#), "\(log)")
        #expect(!log.contains("\u{1B}") && !log.contains("\r"))
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
            (["--token-file", "/nowhere"], "--token-file /nowhere: No such file"),
            (["--allow-command", "("], "--allow-command \"(\" is not a regular expression"),
            (["--secrets-dir", "/etc/passwd"], "--secrets-dir /etc/passwd is not a directory"),
            (["--tls-cert", "/a"], "--tls-cert and --tls-key belong together"),
            (["--client-ca", "/a"], "--client-ca needs TLS"),
            (["--max-tasks", "0"], "--max-tasks must be at least 1"),
            (["--tls-cert", "/nowhere", "--tls-key", "/nowhere"], "--tls-cert /nowhere: No such file"),
            (["--request-timeout", "0s"], "0s is no time"), (["--max-connections", "0"], "at least 1"),
        ])
    func badFlags(_ flags: [String], _ message: String) async throws {
        let ran = try await AviaryCommand.run(["loadtester"] + flags)
        #expect(ran.status != 0)
        #expect(ran.output.contains(message), "\(ran.output)")
    }

    @Test(
        "sends the token of a file or of the environment, and says what to do without one",
        .timeLimit(.minutes(5)))
    func sendsToken() async throws {
        try await withTemporaryDirectory { directory in
            for (name, text) in [
                ("tokens", "ann operate,check token-of-ann-012345\nbob check token-of-bob-012345"),
                ("ann", "token-of-ann-012345\n"), ("bob", "token-of-bob-012345"),
            ] {
                try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
            }
            let process = try await LoadTesterProcess([
                "--token-file", "\(directory)/tokens", "--data-dir", directory,
            ])
            let open = ["gate", "open", "podinfo", "-n", "test", "--server", process.server.url]
            let opened = try await AviaryCommand.run(open + ["--token-file", "\(directory)/ann"])
            #expect(opened == Ran(status: 0, output: "podinfo.test: gate opened\n"))
            let byBob = try await AviaryCommand.run(
                open, environment: ["AVIARY_TOKEN": "token-of-bob-012345"])
            #expect(byBob.status == 1)
            #expect(byBob.output.contains("Forbidden: the token of bob lacks the role operate"))
            let byNobody = try await AviaryCommand.run(open)
            #expect(byNobody.status == 1)
            #expect(byNobody.output.contains("Give a token with --token-file FILE or AVIARY_TOKEN"))
            let wrongFile = try await AviaryCommand.run(open + ["--token-file", "\(directory)/tokens"])
            #expect(wrongFile.status == 64)
            #expect(wrongFile.output.contains("must hold one token and nothing else"))
            #expect(try await GateStore.open(directory: directory).history().map(\.actor) == ["ann"])
            #expect(try !process.logText.contains("token-of"))
        }
    }

    @Test("trusts the authority of --ca-file and shows --cert-file", .timeLimit(.minutes(5)))
    func trustsAuthority() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(named: "authority", in: directory)
            let (server, ann) = (
                try authority.issue("server", file: "server"), try authority.issue("ann", file: "ann")
            )
            let process = try await LoadTesterProcess([
                "--tls-cert", server.certificate, "--tls-key", server.key, "--client-ca", authority.file,
                "--data-dir", directory,
            ])
            let url = process.server.url.replacing("http:", with: "https:")
            let open = ["gate", "open", "podinfo", "-n", "test", "--server", url]
            let shown = ["--cert-file", ann.certificate, "--key-file", ann.key]
            let opened = try await AviaryCommand.run(open + shown + ["--ca-file", authority.file])
            #expect(opened.status == 0, "\(opened.output)")
            #expect(try await GateStore.open(directory: directory).history().map(\.actor) == ["ann"])
            let mistrusting = try await AviaryCommand.run(open + shown)
            #expect(mistrusting.status == 1)
            #expect(mistrusting.output.contains("give its authority with --ca-file"), "\(mistrusting.output)")
            let nameless = try await AviaryCommand.run(open + ["--ca-file", authority.file])
            #expect(nameless.status == 1)
        }
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

    private typealias Ran = AviaryCommand.Ran

    private func aviary(_ arguments: String..., environment: [String: String] = [:]) async throws -> Ran {
        try await AviaryCommand.run(arguments, environment: environment)
    }
}
