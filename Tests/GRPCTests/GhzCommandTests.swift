import Foundation
import Glibc
import Logging
import SampleApp
import Testing

/// The built binary against Python's gRPC and the sample app.
struct GhzCommandTests {
    @Test("finds the method by reflection and sends the data as Google's library would")
    func reflection() async throws {
        let peer = try await PythonPeer.serve("--reflection")
        let ghz = try await GhzProcess.run([
            "--insecure", "--call", "aviary.shop.Shop.Place", "-n", "20", "-c", "4", "-t", "60s",
            "-d", #"[{"item": "tea", "counts": {"a": 1}}, {"size": "LARGE"}]"#,
            "-m", #"{"X-Team": "birds", "trace-bin": "é"}"#, "127.0.0.1:\(peer.port)",
        ])
        #expect(ghz.status == 0, "\(ghz.errors)")
        #expect(ghz.output.contains("  Count:\t20\n"))
        #expect(ghz.output.contains("[OK]   20 responses"))
        let received = try await peer.stop()
        #expect(received.orders.count == 20)
        #expect(Set(received.orders) == ["0a03746561ba01050a01611001", "800102"])
        #expect(received.orders.filter { $0 == "800102" }.count == 10)
        #expect(received.metadata.allSatisfy { $0.contains(["x-team", "birds"]) })
        #expect(received.metadata.allSatisfy { $0.contains(["trace-bin", #"b'\xc3\xa9'"#]) })
        #expect(received.timeouts.allSatisfy { (30...60).contains($0 ?? 0) })
    }

    @Test("takes the method from a .proto file, with data from standard input")
    func proto() async throws {
        let peer = try await PythonPeer.serve()
        let ghz = try await GhzProcess.run(
            [
                "--insecure", "--proto", PythonPeer.folder + "/shop.proto", "--call",
                "aviary.shop.Shop/Place",
                "-n3", "-c1", "-d", "@", "127.0.0.1:\(peer.port)",
            ], input: #"{"item": "tea"}"#)
        #expect(ghz.status == 0, "\(ghz.errors)")
        #expect(try await peer.stop().orders == Array(repeating: "0a03746561", count: 3))
    }

    @Test("takes the method from a protoset, with data from a file")
    func protoset() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (set, data) = (folder.path + "/shop.protoset", folder.path + "/data.json")
        _ = try await PythonPeer.run(["protoset", set])
        try #"{"item": "tea"}"#.write(toFile: data, atomically: true, encoding: .utf8)
        let peer = try await PythonPeer.serve()
        let ghz = try await GhzProcess.run([
            "--insecure", "--protoset=\(set)", "--call=aviary.shop.Shop/Place", "--total=2",
            "--concurrency=1", "-D", data, "-O", "json", "127.0.0.1:\(peer.port)",
        ])
        #expect(try ghz.codes() == ["OK": 2])
        #expect(try await peer.stop().orders == ["0a03746561", "0a03746561"])
    }

    @Test("counts errors by the name of their status and by their message")
    func errors() async throws {
        let peer = try await PythonPeer.serve("--reflection")
        let arguments = [
            "--insecure", "--call", "aviary.shop.Shop/Place", "-n", "9", "-c", "3",
            "-d", #"[{"failCode": 9, "failMessage": "no é tea"}, {}, {"failCode": 16}]"#,
            "127.0.0.1:\(peer.port)",
        ]
        let json = try await GhzProcess.run(arguments + ["-O", "json"])
        #expect(json.status == 0)
        #expect(try json.codes() == ["OK": 3, "FailedPrecondition": 3, "Unauthenticated": 3])
        let errors = try #require(try json.report()["errorDistribution"] as? [String: Int])
        #expect(errors["rpc error: code = FailedPrecondition desc = no é tea"] == 3)
        #expect((try json.report()["details"] as? [[String: Any]])?.count == 9)
        let text = try await GhzProcess.run(arguments)
        #expect(text.output.contains("  [FailedPrecondition]   3 responses\n"))
        #expect(text.output.contains("  [3]   rpc error: code = FailedPrecondition desc = no é tea\n"))
        let csv = try await GhzProcess.run(arguments + ["-O", "csv"])
        let lines = csv.output.split(separator: "\n")
        #expect(lines.first == "duration (ms),status,error" && lines.count == 10)
        try await peer.stop()
    }

    @Test("ends calls whose time is over, and tells the server how long they had")
    func deadline() async throws {
        let peer = try await PythonPeer.serve("--reflection")
        let ghz = try await GhzProcess.run([
            "--insecure", "--call", "aviary.shop.Shop/Place", "-n", "4", "-c", "4", "-t", "150ms", "-O",
            "json",
            "-d", #"{"delayMilliseconds": 3000}"#, "127.0.0.1:\(peer.port)",
        ])
        #expect(try ghz.codes() == ["DeadlineExceeded": 4])
        let received = try await peer.stop()
        #expect(received.timeouts.allSatisfy { (0...0.15).contains($0 ?? 9) })
    }

    @Test("is the seed's health check by reflection, by name, without the file that it names")
    func seedCommands() async throws {
        let ports = AsyncStream.makeStream(of: Int.self)
        var configuration = SampleAppConfiguration()
        configuration.port = 0
        let app = try SampleApp(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            ports.continuation.yield($0)
        }
        let running = Task { try await app.run() }
        defer { running.cancel() }
        let port = try #require(await ports.stream.first { _ in true })
        let names = ["AVIARY_RESOLVE": "podinfo.test=127.0.0.1:\(port)"]
        let timed = try await GhzProcess.run(
            ["-z", "2s", "-q", "10", "-c", "2", "--insecure", "-O", "json", "podinfo.test:9898"],
            environment: names)
        #expect(timed.status == 0, "\(timed.errors)")
        // A busy machine may leave the last ones out.
        let codes = try timed.codes()
        #expect(codes.keys.elementsEqual(["OK"]) && (1...20).contains(codes["OK"] ?? 0), "\(codes)")
        #expect(try timed.report()["endReason"] as? String == "timeout")
        let counted = try await GhzProcess.run(
            [
                "--insecure", "--proto=/tmp/ghz/health.proto", "--call=grpc.health.v1.Health/Check",
                "podinfo.test:9898",
            ], environment: names)
        #expect(counted.output.contains("[OK]   200 responses"), "\(counted.errors)")
    }

    @Test("prints the summary so far on a signal", arguments: [SIGINT, SIGTERM])
    func signal(number: Int32) async throws {
        let peer = try await PythonPeer.serve("--reflection")
        let ghz = try await GhzProcess.run([
            "--insecure", "-z", "60s", "-c", "1", "--rps", "50", "-O", "json", "--call",
            "aviary.shop.Shop/Place", "127.0.0.1:\(peer.port)",
        ]) { process in
            try await peer.awaitOrders(5)
            kill(process.processIdentifier, number)
        }
        #expect(ghz.status == 0)
        #expect(try ghz.report()["endReason"] as? String == "cancel")
        #expect(try ghz.codes().keys.sorted() == ["OK"])
        try await peer.stop()
    }

    @Test("ends with 1 when a threshold is not kept")
    func thresholds() async throws {
        let peer = try await PythonPeer.serve("--reflection")
        let arguments = [
            "--insecure", "--call", "aviary.shop.Shop/Place", "-n", "4", "-c", "1",
            "-d", #"[{}, {"failCode": 5}]"#, "127.0.0.1:\(peer.port)",
        ]
        let kept = try await GhzProcess.run(
            arguments + ["--threshold", "success>=50", "--threshold", "p99<1m"])
        #expect(
            kept.status == 0 && kept.output.contains("[passed]\tsuccess>=50\t(50.0000)"), "\(kept.output)")
        let broken = try await GhzProcess.run(arguments + ["--threshold", "errors<2"])
        #expect(broken.status == 1 && broken.output.contains("[failed]\terrors<2\t(2.0000)"))
        let unreadable = try await GhzProcess.run(arguments + ["--threshold", "p99"])
        #expect(unreadable.status == 1 && unreadable.errors.contains("no comparison"))
        try await peer.stop()
    }

    @Test("checks the server's certificate, and shows its own")
    func certificates() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.path + "/cert.pem", folder.path + "/key.pem")
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments =
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2",
            ]
            + ["-subj", "/CN=shop.test", "-addext", "subjectAltName=DNS:shop.test"]
            + ["-keyout", key, "-out", certificate]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        try await blocking { openssl.waitUntilExit() }
        let peer = try await PythonPeer.serve("--tls", certificate, key, "--client-ca", certificate)
        let call = ["--call", "grpc.health.v1.Health/Check", "-n", "2", "-c", "1", "-O", "json"]
        let address = "127.0.0.1:\(peer.port)"
        let identity = ["--cert", certificate, "--key", key]
        func codes(_ flags: [String]) async throws -> [String: Int] {
            try await GhzProcess.run(call + flags + [address]).codes()
        }
        // The peer has no health service: the answer shows that the call arrived.
        #expect(
            try await codes(identity + ["--cacert", certificate, "--cname", "shop.test"]) == [
                "Unimplemented": 2
            ])
        #expect(try await codes(identity + ["--skipTLS"]) == ["Unimplemented": 2])
        #expect(
            try await codes(identity + ["--cacert", certificate, "--cname", "other.test"]) == [
                "Unavailable": 2
            ])
        #expect(try await codes(identity) == ["Unavailable": 2])
        #expect(try await codes(["--cacert", certificate, "--cname", "shop.test"]) == ["Unavailable": 2])
        #expect(try await codes(["--insecure"]) == ["Unavailable": 2])
        try await peer.stop()
    }

    @Test(
        "ends with 1 on bad input, as ghz does, and names the flag or the field",
        arguments: [
            (["--insecure", "-n", "2", "-c", "5x", "127.0.0.1:1"], "-c"),
            (["--insecure", "-n", "0", "127.0.0.1:1"], "-n"),
            (["--insecure", "--skipTLS", "127.0.0.1:1"], "--insecure"),
            (["--cert", "/x", "127.0.0.1:1"], "--key"), (["--insecure", "http://127.0.0.1:1"], "scheme"),
            (["--insecure", "127.0.0.1:99999"], "65535"),
            (["--insecure", "-m", "x", "127.0.0.1:1"], "JSON object"),
            (["--insecure", "-m", #"{"grpc-x": "1"}"#, "127.0.0.1:1"], "belongs to gRPC"),
            (["--insecure", "--call", "x", "127.0.0.1:1"], "package.Service/Method"),
            (
                ["--insecure", "--call", "a.B/C", "--proto", "/nonexistent.proto", "127.0.0.1:1"],
                "no such file"
            ),
            (["--insecure", "--async", "127.0.0.1:1"], "--rps"),
            (
                ["--cacert", "/nonexistent", "--call", "grpc.health.v1.Health/Check", "127.0.0.1:1"],
                "--cacert"
            ),
            (["--insecure", "--output", "json", "127.0.0.1:1"], "-O json"),
            (["--insecure", "127.0.0.1:1"], "connection refused"),
            (
                [
                    "--insecure", "--call", "grpc.health.v1.Health/Check", "-d", #"{"servce": ""}"#,
                    "127.0.0.1:1",
                ],
                "it has service"
            ),
            (["--insecure", "--call", "grpc.health.v1.Health/Check", "-d", "{", "127.0.0.1:1"], "no JSON"),
        ])
    func badInput(arguments: [String], words: String) async throws {
        let ghz = try await GhzProcess.run(arguments)
        #expect(ghz.status == 1)
        #expect(ghz.errors.contains(words), "\(ghz.errors)")
        #expect(ghz.output.isEmpty)
    }

    @Test("lists the methods when there are several and none is named")
    func choice() async throws {
        let peer = try await PythonPeer.serve("--reflection")
        let ghz = try await GhzProcess.run(["--insecure", "127.0.0.1:\(peer.port)"])
        #expect(ghz.status == 1)
        #expect(ghz.errors.contains("--call=aviary.shop.Shop/Place\n  --call=aviary.shop.Shop/Count"))
        let wrong = try await GhzProcess.run(["--insecure", "--call", "a.B/C", "127.0.0.1:\(peer.port)"])
        #expect(
            wrong.status == 1 && wrong.errors.contains("no service a.B; there is aviary.shop.Shop"),
            "\(wrong.errors)")
        let stream = try await GhzProcess.run([
            "--insecure", "--call", "aviary.shop.Shop/Follow", "127.0.0.1:\(peer.port)",
        ])
        #expect(stream.status == 1 && stream.errors.contains("is a stream"))
        try await peer.stop()
    }

    @Test("says what to do when the server has no reflection")
    func noReflection() async throws {
        let peer = try await PythonPeer.serve()
        let ghz = try await GhzProcess.run(["--insecure", "127.0.0.1:\(peer.port)"])
        #expect(ghz.status == 1)
        #expect(ghz.errors.contains("has no reflection") && ghz.errors.contains("--proto"), "\(ghz.errors)")
        try await peer.stop()
    }

    @Test("counts calls to a server that is not there as Unavailable, and ends with 0")
    func refused() async throws {
        let ghz = try await GhzProcess.run([
            "--insecure", "--call", "grpc.health.v1.Health/Check", "-n", "4", "-c", "2", "127.0.0.1:1",
        ])
        #expect(ghz.status == 0)
        #expect(ghz.output.contains("[Unavailable]   4 responses"))
        #expect(
            ghz.output.contains(
                "[4]   rpc error: code = Unavailable desc = connect to 127.0.0.1:1: connection refused"))
    }
}
