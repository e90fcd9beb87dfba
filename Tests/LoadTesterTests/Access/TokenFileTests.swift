import Foundation
import LoadTester
import Testing

@Suite("Token file")
struct TokenFileTests {
    private static func read(_ text: String, log: LogLines = LogLines()) async throws -> TokenFile {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/tokens"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return try TokenFile(path: path, logger: log.logger)
        }
    }

    @Test(
        "refuses a file with an error, names the line and the fix, and shows no token",
        arguments: [
            ("", "it holds no token"), ("# nothing\n\n", "it holds no token"),
            ("\nci check", "line 2: write NAME ROLE[,ROLE] TOKEN"),
            ("ci check s3cr3t-token more", "line 1: write NAME ROLE[,ROLE] TOKEN"),
            ("ci admin s3cr3t-token", "line 1: \"admin\" is not a role: use check, operate or execute"),
            ("ci , s3cr3t-token", "line 1: the token of ci has no role"),
            (
                "a check s3cr3t-token\nb check s3cr3t-token",
                "line 2: the token of b is another line's as well"
            ),
            ("ci check sha256:s3cr3t", "line 1: sha256: must be followed by 64 hexadecimal digits"),
        ])
    func refuses(_ text: String, _ reason: String) async throws {
        await #expect {
            try await Self.read(text)
        } throws: { error in
            "\(error)".hasPrefix("--token-file ") && "\(error)".contains(reason)
                && !"\(error)".contains("s3cr3t")
        }
    }

    @Test(
        "refuses what is no small regular file, without waiting for it",
        arguments: [
            ("/nowhere/tokens", "No such file"), ("/dev/zero", "not a regular file"),
            ("/tmp", "not a regular file"),
        ])
    func refusesFile(_ path: String, _ reason: String) {
        #expect {
            try TokenFile(path: path, logger: LogLines().logger)
        } throws: { error in
            "\(error)".contains(reason)
        }
    }

    @Test("warns of tokens that can be guessed, and of a file that others can read")
    func warns() async throws {
        let log = LogLines()
        _ = try await Self.read("ci check short", log: log)
        #expect(log.text.contains("fewer than 16 characters"))
        #expect(log.text.contains("others on this machine can read the token file"))
        #expect(!log.text.contains("short"))
    }

    @Test("takes a changed file, and keeps the tokens of before while it has errors")
    func reloads() async throws {
        let podinfo = #"{"name":"podinfo","namespace":"test"}"#
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/tokens"
            try "ci check first-token-012345".write(toFile: path, atomically: true, encoding: .utf8)
            let log = LogLines()
            let tokens = try TokenFile(path: path, logger: log.logger, lookInterval: .zero)
            try await LiveServer.run(access: AccessControl(tokens: tokens)) { server async throws in
                func status(_ token: String) async throws -> Int {
                    try await server.send(
                        "/gate/check", podinfo, headers: ["Authorization": "Bearer \(token)"]
                    )
                    .status
                }
                #expect(try await status("first-token-012345") == 403)
                #expect(try await status("second-token-012345") == 401)
                try "ci check second-token-012345".write(toFile: path, atomically: true, encoding: .utf8)
                #expect(try await status("first-token-012345") == 401)
                #expect(try await status("second-token-012345") == 403)
                try "ci everything third-token-012345".write(toFile: path, atomically: true, encoding: .utf8)
                #expect(try await status("third-token-012345") == 401)
                #expect(try await status("second-token-012345") == 403)
                #expect(log.text.contains("the tokens of before stay in force"))
                try FileManager.default.removeItem(atPath: path)
                #expect(try await status("second-token-012345") == 403)
            }
        }
    }
}
