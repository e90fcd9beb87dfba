import Foundation
import Synchronization
import Testing

/// Every flag of hey, given to the real hey and to ours: the same requests on the wire, the same exit code.
@Suite(.serialized)
struct WireTests {
    private struct Sent: Equatable {
        var status: Int32
        /// Request lines, headers sorted, and bodies, as the server and the proxy got them.
        var requests: [[String]]
    }

    /// `URL` stands for the server, `PROXY` for the proxy, both with `http://` in front, `HOST:PORT` for the
    /// server's address.
    private static let flags: [[String]] = [
        ["URL/"], ["URL"], ["URL/a?b=c%20d"], ["-n", "6", "-c", "2", "URL/"], ["-c", "0", "URL/"],
        ["-n", "0", "URL/"], ["-n", "2", "-c", "5", "URL/"], ["-n", "x", "URL/"], ["-q", "50", "URL/"],
        ["-z", "0s", "URL/"], ["-z", "1x", "URL/"], ["-m", "post", "URL/"], ["-m", "HEAD", "URL/"],
        ["-m", "OPTIONS", "URL/"], ["-m", "DELETE", "URL/"], ["-m", "PATCH", "URL/"], ["-m", "B AD", "URL/"],
        ["-m", "POST", "-d", "{test: 2}", "URL/echo"], ["-d", "abc", "URL/"],
        ["-m", "PUT", "-T", "application/json", "-d", "{}", "URL/"], ["-D", "FILE", "-m", "POST", "URL/"],
        ["-D", "/nonexistent", "URL/"], ["-H", "X-A: 1", "-H", "x-a: 2", "URL/"], ["-H", "bad", "URL/"],
        ["-H", "Host: other", "URL/"], ["-H", "Content-Length: 99", "URL/"], ["-H", "X-Empty:", "URL/"],
        ["-H", "Content-Type: text/css", "-T", "text/plain", "URL/"], ["-H", "Range: bytes=0-1", "URL/"],
        ["-H", "Connection: close", "URL/"], ["-H", "Accept-Encoding: br", "URL/"],
        ["-A", "text/plain", "URL/"], ["-H", "Accept: a", "-A", "b", "URL/"], ["-a", "bad", "URL/"],
        ["http://me:pw@HOST:PORT/"], ["-host", "shop.test", "URL/"], ["-host", "a.test", "URL/to/302/x"],
        ["-disable-compression", "URL/"], ["-disable-keepalive", "URL/"],
        ["-disable-redirects", "URL/to/302/x"],
        ["URL/to/301/x"], ["URL/to/302/x"], ["URL/to/303/x"], ["URL/to/307/x"], ["URL/to/308/x"],
        ["-m", "POST", "-d", "x", "URL/to/302/x"], ["-m", "POST", "-d", "x", "URL/to/307/x"],
        ["-m", "POST", "URL/to/308/x"], ["-m", "HEAD", "URL/to/302/x"], ["URL/nowhere"], ["URL/status/503"],
        ["-t", "0", "URL/"], ["-t", "5", "URL/"], ["-cpus", "1", "URL/"], ["-o", "csv", "URL/"],
        ["-h2", "URL/"], ["-disable-keepalive=true", "URL/"], ["-disable-keepalive=false", "URL/"],
        ["-disable-compression=1", "URL/"], ["-x", "PROXY", "URL/x"], ["-x", "PROXY", "http://foo.test/x"],
        ["-x", ":bad:", "URL/"], ["-nope", "URL/"], [], ["--", "URL/"], ["--n", "3", "--c=1", "URL/"],
        ["-n=3", "-c=1", "URL/"],
    ]

    @Test("sends what hey sends, and ends as hey ends", arguments: flags)
    func same(arguments: [String]) async throws {
        let real = try await sent("/usr/bin/hey", arguments)
        let ours = try await sent(Self.link(), arguments)
        #expect(ours == real)
    }

    /// What hey 0.1.4 gets wrong, and ours does as its own help says.
    @Test(
        "does what hey's help says where hey does not",
        arguments: [
            // Credentials are dropped, and so is a User-Agent.
            (["-a", "me:secret", "URL/"], ["Authorization: Basic bWU6c2VjcmV0"]),
            (["-H", "User-Agent: me", "URL/"], ["User-Agent: me hey/0.0.1"]),
            (["-U", "me", "URL/"], ["User-Agent: me hey/0.0.1"]),
        ])
    func better(arguments: [String], headers: [String]) async throws {
        let ours = try await sent(Self.link(), arguments)
        #expect(ours.status == 0)
        for header in headers { #expect(ours.requests.first?.contains(header) == true) }
    }

    @Test("takes a proxy as host:port, and refuses URLs that hey sends nowhere")
    func forgiving() async throws {
        let ours = try await sent(Self.link(), ["-x", "ADDRESS", "http://foo.test/x"])
        #expect(ours.requests.last?.first == "GET http://foo.test/x HTTP/1.1")
        #expect(try await sent(Self.link(), ["notaurl"]).status == 1)
    }

    @Test("sends the same as hey in HTTP/2 over TLS")
    func http2() async throws {
        var logs: [[[String]]] = []
        for program in ["/usr/bin/hey", try Self.link()] {
            let server = try await Nginx.start()
            _ = try await run(
                program, ["-n", "4", "-c", "1", "-h2", "https://localhost:\(server.ports.secure)/a?b"])
            logs.append(try server.stop().map { $0.dropLast().map(String.init) })
        }
        #expect(logs[0].count == 4)
        #expect(logs[0] == logs[1])
    }

    @Test(
        "prints hey's lines in hey's order",
        arguments: [["URL/"], ["URL/status/503"], ["-t", "1", "URL/close"]])
    func summary(arguments: [String]) async throws {
        func shape(_ program: String) async throws -> [String] {
            let server = try await ScriptedServer.start()
            let text = try await run(
                program, ["-n", "40", "-c", "2"] + arguments.map { $0.replacing("URL", with: server.url) })
            await server.stop()
            // Numbers, bars and the words of errors differ; everything else must not.
            return text.output.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                let isError = line.wholeMatch(of: /\ \ \[40\]\t[^0-9].*/) != nil
                return isError
                    ? "error"
                    : String(line.replacing(/■+/, with: "").replacing(/NaN|[0-9]+(\.[0-9]+)?/, with: "#"))
                        .replacing(" #", with: "#")
            }
        }
        #expect(try await shape(Self.link()) == shape("/usr/bin/hey"))
    }

    private static let folder = Mutex<URL?>(nil)

    /// The built binary under hey's name.
    private static func link() throws -> String {
        try folder.withLock { folder in
            if let folder { return folder.appending(path: "hey").path }
            let new = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try FileManager.default.createDirectory(at: new, withIntermediateDirectories: true)
            let binary = try #require(Bundle.main.executableURL).deletingLastPathComponent()
                .appending(path: "aviary")
            try FileManager.default.createSymbolicLink(
                at: new.appending(path: "hey"), withDestinationURL: binary)
            try Data("from a file\n".utf8).write(to: new.appending(path: "body"))
            folder = new
            return new.appending(path: "hey").path
        }
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String)
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = [:]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        // What it prints fits into the pipe, so that nobody has to read meanwhile.
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let text = output.fileHandleForReading.readDataToEndOfFile()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Runs a program against a server and a proxy of its own.
    private func sent(_ program: String, _ arguments: [String]) async throws -> Sent {
        let server = try await RawServer.start { Self.answer($0) }
        let proxy = try await RawServer.start { Self.answer($0) }
        let body = URL(fileURLWithPath: try Self.link()).deletingLastPathComponent().appending(path: "body")
            .path
        let names = [
            ("URL", "http://127.0.0.1:\(server.port)"), ("PROXY", "http://127.0.0.1:\(proxy.port)"),
            ("ADDRESS", "127.0.0.1:\(proxy.port)"), ("HOST:PORT", "127.0.0.1:\(server.port)"), ("FILE", body),
        ]
        let hasCount = arguments.contains { $0.hasPrefix("-n") || $0.hasPrefix("-c") || $0.hasPrefix("--n") }
        let given =
            (hasCount || arguments.isEmpty ? [] : ["-n", "1", "-c", "1"])
            + arguments.map { text in
                names.reduce(text) { $0.replacing($1.0, with: $1.1) }
            }
        let ports = ["\(server.port)", "\(proxy.port)"]
        let status = try await run(program, given).status
        await server.stop()
        await proxy.stop()
        return Sent(
            status: status,
            requests: (server.received + ["--"] + proxy.received).map { request in
                let plain = ports.reduce(request) { $0.replacing($1, with: "0") }
                let parts = plain.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
                let lines = parts[0].split(separator: "\r\n").map(String.init)
                return lines.prefix(1) + lines.dropFirst().sorted() + parts.dropFirst().map(String.init)
            })
    }

    /// Answers a request once it is there in full, as its path says.
    private static func answer(_ text: String) -> String? {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let length = parts[0].firstMatch(of: /(?i)content-length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
        guard parts[1].utf8.count >= length else { return nil }
        let path = parts[0].split(separator: " ")[1].replacing(/^http:\/\/[^\/]+/, with: "").split(
            separator: "/")
        switch path.first {
        case "to": return "HTTP/1.1 \(path[1]) X\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
        case "nowhere": return "HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n"
        case "status": return "HTTP/1.1 \(path[1]) X\r\nContent-Length: 0\r\n\r\n"
        default:
            let isHead = text.hasPrefix("HEAD")
            return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (isHead ? "" : "hi")
        }
    }
}
