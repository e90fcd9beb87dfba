import Foundation
import LoadTester
import Testing

@Suite("Tokens over HTTP")
struct TokenTests {
    private static let podinfo = #"{"name":"podinfo","namespace":"test"}"#

    /// A server that knows a token of each role, named after it, and one with all.
    static func run(
        namespaces: String = "", log: LogLines = LogLines(),
        _ body: @escaping @Sendable (LiveServer) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/tokens"
            try """
            # who      what                  token
            checker    check                 token-of-checker-0123
            operator   operate               token-of-operator-0123
            executor   execute               token-of-executor-0123

            admin      check,operate,execute sha256:\(Self.digestOfAdmin)
            """.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let access = AccessControl(tokens: try TokenFile(path: path, logger: log.logger))
            try await LiveServer.run(namespaces: namespaces, access: access, log: log, body)
        }
    }

    // printf token-of-admin-0123 | sha256sum
    private static let digestOfAdmin = "92cbf090caf53f17222e3e4833cd7ab0cda04fdfc051d1a08b4f20559eb3772c"

    private static func bearer(_ name: String) -> [String: String] {
        ["Authorization": "Bearer token-of-\(name)-0123"]
    }

    private static let everybody = ["checker", "operator", "executor"]

    @Test(
        "takes the token of a hook from its metadata, whatever the type of its task",
        arguments: ["bash", "http"])
    func tokenInMetadata(_ type: String) async throws {
        try await Self.run { server async throws in
            let metadata = [
                "type": type, "token": "token-of-executor-0123", "cmd": "true",
                "url": server.address.url + "/healthz", "requests": "2", "connections": "1",
            ].filter {
                type == "http" ? $0.key != "cmd" : !["url", "requests", "connections"].contains($0.key)
            }
            #expect(try await server.send("/", try taskPayload(metadata)).status == 200)
        }
    }

    @Test(
        "lets each path be called with the role it asks for, and with no other",
        arguments: [
            ("/gate/check", ["checker"]), ("/rollback/check", ["checker"]), ("/gate/approve", ["checker"]),
            ("/gate/halt", ["checker"]), ("/gate/open", ["operator"]), ("/gate/close", ["operator"]),
            ("/rollback/open", ["operator"]), ("/rollback/close", ["operator"]), ("/", ["executor"]),
            ("/gates", everybody), ("/gates/history", everybody), ("/tasks", everybody),
            ("/metrics", everybody),
        ])
    func roles(_ path: String, _ allowed: [String]) async throws {
        try await Self.run { server async throws in
            let body =
                path == "/" ? try taskPayload(["type": "bash", "cmd": "true"]) : Self.podinfo
            for name in Self.everybody {
                let answer = try await server.send(path, body, headers: Self.bearer(name))
                let lacksRole = answer.status == 403 && answer.body.contains("lacks the role")
                #expect(lacksRole == !allowed.contains(name), "\(path) \(name): \(answer)")
                #expect(answer.status != 401)
            }
            for headers in [[:], ["Authorization": "Bearer wrong-token-0123456"]] {
                let answer = try await server.send(path, body, headers: headers)
                #expect(answer.status == 401, "\(path)")
                #expect(answer.headers["www-authenticate"] == "Bearer realm=\"aviary\"")
            }
            #expect(
                try await server.gates.history().count
                    == (path.hasSuffix("open") || path.hasSuffix("close") ? 1 : 0))
        }
    }

    @Test("knows a token by its digest, and lets it use all roles of its line")
    func digest() async throws {
        try await Self.run { server async throws in
            for (path, status) in [("/gate/open", 202), ("/gate/check", 200), ("/gates", 200)] {
                let answer = try await server.send(path, Self.podinfo, headers: Self.bearer("admin"))
                #expect(answer.status == status, "\(path)")
            }
        }
    }

    @Test("answers /healthz without a token")
    func health() async throws {
        try await Self.run { server async throws in
            #expect(try await server.send("/healthz", nil, method: "GET") == .init(status: 200, body: "OK"))
        }
    }

    @Test(
        "is not fooled by tokens that are nearly right or stand elsewhere",
        arguments: [
            ["Authorization": "token-of-checker-0123"], ["Authorization": "Bearer"],
            ["Authorization": "Bearer "],
            ["Authorization": "Bearer token-of-checker-012"],
            ["Authorization": "Bearer token-of-checker-01234"],
            ["Authorization": "Bearer TOKEN-OF-CHECKER-0123"],
            ["Authorization": "Digest token-of-checker-0123"],
            ["Authorization": "Bearer checker"], ["Authorization": "Bearer # who"],
            ["X-Aviary-Actor": "checker"],
            ["Authorization": "Bearer sha256:\(digestOfAdmin)"], ["Authorization": "Basic !!!"],
            ["Authorization": "Basic \(Data("token-of-checker-0123:".utf8).base64EncodedString())"],
        ])
    func nearlyRight(_ headers: [String: String]) async throws {
        try await Self.run { server async throws in
            #expect(try await server.send("/gate/check", Self.podinfo, headers: headers).status == 401)
            let query = "/gate/check?token=token-of-checker-0123&access_token=token-of-checker-0123"
            #expect(try await server.send(query, Self.podinfo, headers: headers).status == 401)
        }
    }

    @Test("takes the password of a URL, and the token in the metadata of a hook, which cannot send headers")
    func otherPlaces() async throws {
        try await Self.run { server async throws in
            let basic = Data("any:token-of-operator-0123".utf8).base64EncodedString()
            let opened = try await server.send(
                "/gate/open", Self.podinfo, headers: ["Authorization": "Basic \(basic)"])
            #expect(opened.status == 202)
            func hook(_ token: String) -> String {
                #"{"name":"podinfo","namespace":"test","metadata":{"token":"\#(token)"}}"#
            }
            #expect(try await server.send("/gate/check", hook("token-of-checker-0123")).status == 200)
            #expect(try await server.send("/gate/check", hook("token-of-operator-0123")).status == 403)
            #expect(try await server.send("/gate/check", hook("wrong")).status == 401)
            // A header that is wrong is not made good by the payload.
            let mixed = try await server.send(
                "/gate/check", hook("token-of-checker-0123"), headers: ["Authorization": "Bearer wrong"])
            #expect(mixed.status == 401)
        }
    }

    @Test("names the token in the audit trail, whatever the client calls itself")
    func actor() async throws {
        try await Self.run { server async throws in
            let headers = Self.bearer("operator").merging(["X-Aviary-Actor": "the-boss"]) { $1 }
            #expect(try await server.send("/gate/open", Self.podinfo, headers: headers).status == 202)
            #expect(try await server.gates.history().map(\.actor) == ["operator"])
        }
    }

    @Test(
        "asks for the token before it reads or runs anything", arguments: ["/", "/gate/open", "/gate/check"])
    func tokenComesFirst(_ path: String) async throws {
        try await Self.run { server async throws in
            for body in ["", "{", "[]", #"{"name":3}"#] {
                #expect(try await server.send(path, body).status == 401)
            }
            #expect(try await server.tasks.records().isEmpty)
        }
    }

    @Test("shows no token in a log line, in /tasks or in an answer")
    func showsNoToken() async throws {
        let log = LogLines()
        try await Self.run(log: log) { server async throws in
            let headers = Self.bearer("executor")
            let payload = try taskPayload([
                "type": "bash", "token": "token-of-executor-0123", "logCmdOutput": "true",
                "cmd": "echo Authorization: Bearer token-of-executor-0123; exit 1",
            ])
            let answer = try await server.send("/", payload, headers: headers)
            #expect(answer.status == 500)
            _ = try await server.send("/", payload, headers: ["Authorization": "Bearer other-token-0123456"])
            let listing = try await server.send("/tasks", nil, method: "GET", headers: headers).body
            #expect(listing.contains("echo Authorization: Bearer ***"))
            for text in [listing, log.text, answer.body] {
                #expect(!text.contains("token-of-executor"), "\(text)")
                #expect(!text.contains("other-token"), "\(text)")
            }
        }
    }
}
