import Foundation

/// `concord`: a process on a Concord server, whose end answers the hook.
///
/// Its REST API: POST /api/v1/process (a form), GET /api/v2/process/ID, DELETE /api/v1/process/ID.
struct ConcordTask: TaskType {
    let name = "concord"
    let isAwaited = true

    private static let argumentPrefix = "arguments."

    /// Reads `server`, `org`, `project`, `repo`, `entrypoint`, `apiKeyPath`, `endpoint`, `arguments.…`,
    /// `pollInterval` (5 s) and `pollTimeout` (30 s, for the whole process).
    func makeWork(for payload: HookPayload) throws -> TaskWork {
        let server = try RemoteURL(payload.required("server", by: name))
        let names = try ["org", "project", "repo", "entrypoint"].map { try payload.required($0, by: name) }
        let keyPath = try payload.required("apiKeyPath", by: name)
        let endpoint = try payload.required("endpoint", by: name)
        let interval = try payload.duration("pollInterval", default: .seconds(5))
        let limit = try payload.duration("pollTimeout", default: .seconds(30))
        let arguments = try Self.arguments(payload.metadata)
        var form = MultipartForm()
        for (field, value) in zip(["org", "project", "repo", "entryPoint"], names) { form.add(field, value) }
        form.add(Self.argumentPrefix + "endpoint", endpoint)
        for (argument, value) in arguments { form.add(argument, value) }
        let process = ConcordProcess(form: form.body)
        let command = "concord \(server) \(names[0])/\(names[1])/\(names[2]) \(names[3])"
        let identity = ([command, endpoint, keyPath] + arguments.map { "\($0)=\($1)" }).joined(
            separator: "\n")
        return TaskWork(command: command, identity: identity) { context in
            let key: String
            do {
                key = try context.secrets.key(at: keyPath, field: "metadata.apiKeyPath")
            } catch {
                return TaskOutcome(.failed("\(error)"))
            }
            return await TaskOutcome.ofRemote { client in
                let server = RemoteServer(base: server, authorization: key, secrets: [key], client: client)
                return await RemoteRun(process, on: server, pollInterval: interval, limit: limit, in: context)
                    .perform()
            }
        }
    }

    private static func arguments(_ metadata: [String: String]) throws -> [(String, String)] {
        let arguments = metadata.filter { $0.key.hasPrefix(argumentPrefix) }.sorted { $0.key < $1.key }
        guard !arguments.contains(where: { $0.key == argumentPrefix + "endpoint" }) else {
            throw LoadTesterError.taskRefused(
                reason: "metadata.arguments.endpoint cannot be given: write metadata.endpoint")
        }
        return arguments.map { ($0.key, $0.value) }
    }
}

private struct ConcordProcess: RemoteTest {
    private struct Started: Decodable {
        let instanceId: String
    }

    private struct Entry: Decodable {
        let status: String
    }

    let form: RemoteServer.Body

    func start(on server: RemoteServer, within limit: Duration) async throws -> String {
        let id = try await server.call("POST", "/api/v1/process", body: form, within: limit, as: Started.self)
            .instanceId
        // It becomes a part of paths.
        guard (1...64).contains(id.utf8.count),
            id.unicodeScalars.allSatisfy({
                $0 == "-" || $0 == "_" || $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0)
            })
        else { throw RemoteCallError(description: "the server gave no valid instanceId", mayPass: false) }
        return id
    }

    func state(of id: String, on server: RemoteServer, within limit: Duration) async throws -> RemoteState {
        let entry = try await entry(of: id, on: server, within: limit)
        return RemoteState(
            entry.status, succeeded: ["FINISHED"], failed: ["FAILED", "CANCELLED", "TIMED_OUT"])
    }

    /// Older servers have only the first version of the path.
    private func entry(of id: String, on server: RemoteServer, within limit: Duration) async throws -> Entry {
        do {
            return try await server.call("GET", "/api/v2/process/\(id)", within: limit, as: Entry.self)
        } catch let error as RemoteCallError where error.status == 404 || error.status == 405 {
            return try await server.call("GET", "/api/v1/process/\(id)", within: limit, as: Entry.self)
        }
    }

    func stop(_ id: String, on server: RemoteServer, within limit: Duration) async throws {
        try await server.call("DELETE", "/api/v1/process/\(id)", within: limit)
    }
}
