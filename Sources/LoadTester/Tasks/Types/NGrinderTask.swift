import Foundation

/// `ngrinder`: a performance test on an nGrinder controller, cloned and started in the background.
///
/// Its REST API: POST /perftest/api/ID/clone_and_start, GET /perftest/api/ID/status, PUT
/// /perftest/api/ID?action=stop.
struct NGrinderTask: TaskType {
    let name = "ngrinder"
    let isAwaited = false

    /// Reads `server`, `clone`, `username`, `passwd` (in base64) and `pollInterval` (1s).
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        let server = try RemoteURL(payload.required("server", by: name))
        let clone = try payload.required("clone", by: name)
        guard let template = Int(clone), template >= 0 else {
            throw LoadTesterError.taskRefused(
                reason: "metadata.clone \"\(clone.prefix(64))\" is not the number of a test")
        }
        let user = try payload.required("username", by: name)
        guard !user.contains(":") else {
            throw LoadTesterError.taskRefused(reason: "metadata.username must not hold a colon")
        }
        let password = try Self.password(payload.required("passwd", by: name))
        let interval = try payload.duration("pollInterval", default: .seconds(1))
        let test = NGrinderTest(template: template)
        let credentials = Data("\(user):\(password)".utf8).base64EncodedString()
        return TaskWork(
            command: "ngrinder \(server.appending(test.startPath))", identity: "\(server) \(template) \(user)"
        ) { context in
            await TaskOutcome.ofRemote { client in
                let server = RemoteServer(
                    base: server, authorization: "Basic \(credentials)",
                    secrets: [password, credentials], client: client)
                return await RemoteRun(
                    test, on: server, pollInterval: interval, limit: context.timeout, in: context
                ).perform()
            }
        }
    }

    private static func password(_ encoded: String) throws -> String {
        guard let bytes = Data(base64Encoded: encoded.trimmingCharacters(in: .whitespacesAndNewlines)),
            let password = String(bytes: bytes, encoding: .utf8)
        else {
            throw LoadTesterError.taskRefused(reason: "metadata.passwd is not base64: encode the password")
        }
        // What `echo secret | base64` adds.
        return password.trimmingCharacters(in: .newlines)
    }
}

private struct NGrinderTest: RemoteTest {
    private struct Refusal: Decodable {
        let success: Bool?
        let message: String?
    }

    private struct Started: Decodable {
        let id: Int
    }

    private struct Status: Decodable {
        struct Entry: Decodable {
            let name: String
            private enum CodingKeys: String, CodingKey { case name = "status_id" }
        }
        let status: [Entry]
    }

    /// Either of two shapes of answer.
    private struct Answer<Value: Decodable>: Decodable {
        let value: Value?
        let refusal: Refusal

        init(from decoder: any Decoder) throws {
            refusal = try Refusal(from: decoder)
            value = refusal.success == false ? nil : try Value(from: decoder)
        }
    }

    let template: Int

    var startPath: String { "/perftest/api/\(template)/clone_and_start" }

    func start(on server: RemoteServer, within limit: Duration) async throws -> String {
        let answer = try await server.call("POST", startPath, within: limit, as: Answer<Started>.self)
        return try "\(accepted(answer, server).id)"
    }

    func state(of id: String, on server: RemoteServer, within limit: Duration) async throws -> RemoteState {
        let answer = try await server.call(
            "GET", "/perftest/api/\(id)/status", within: limit, as: Answer<Status>.self)
        guard let status = try accepted(answer, server).status.first else {
            throw RemoteCallError(description: "the controller knows no status of test \(id)", mayPass: true)
        }
        return RemoteState(
            status.name, succeeded: ["FINISHED"],
            failed: ["STOP_BY_ERROR", "STOP_ON_ERROR", "CANCELED", "UNKNOWN"])
    }

    func stop(_ id: String, on server: RemoteServer, within limit: Duration) async throws {
        try await server.call("PUT", "/perftest/api/\(id)?action=stop", within: limit)
    }

    private func accepted<Value>(_ answer: Answer<Value>, _ server: RemoteServer) throws -> Value {
        guard let value = answer.value else {
            let message = answer.refusal.message?.prefix(512) ?? "without a reason"
            throw RemoteCallError(
                description: Redaction.redacted(
                    "the controller refused: \(message)", secrets: server.secrets),
                mayPass: false)
        }
        return value
    }
}
