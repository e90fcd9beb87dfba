import AsyncHTTPClient
import Foundation
import LoadTester
import Logging
import NIOCore
import Testing

/// A load tester on a real socket, for the time of a test.
struct LiveServer: Sendable {
    let address: LiveServerAddress
    let gates: GateStore
    let tasks: TaskRunner

    static func run<T: Sendable>(
        gates: GateStore? = nil, limits: TaskLimits = TaskLimits(), namespaces: String = "",
        environment: TaskEnvironment = .none, permissions: TaskPermissions = TaskPermissions(),
        access: AccessControl = .none, serverLimits: ServerLimits = ServerLimits(),
        tls: ServerTLS? = nil, log: LogLines = LogLines(),
        _ body: @escaping @Sendable (LiveServer) async throws -> T
    ) async throws -> T {
        let logger = log.logger
        let gates = try gates ?? .inMemory()
        let tasks = TaskRunner(
            limits: limits, permissions: permissions, environment: environment, logger: logger)
        let routes = LoadTesterRoutes(
            gates: gates, tasks: tasks, namespaceFilter: try NamespaceFilter(pattern: namespaces),
            access: access, logger: logger)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = LoadTesterServer(
            routes: routes, host: "127.0.0.1", port: 0, limits: serverLimits, tls: tls
        ) {
            port.yield($0)
        }
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try? await server.run()
                port.finish()
                return nil
            }
            group.addTask {
                let bound = try #require(await ports.first { _ in true })
                return try await body(
                    LiveServer(
                        address: LiveServerAddress(
                            url: "\(tls == nil ? "http" : "https")://127.0.0.1:\(bound)"), gates: gates,
                        tasks: tasks))
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    func send(
        _ path: String, _ body: String?, method: String = "POST", headers: [String: String] = [:],
        timeout: TimeAmount = .seconds(60)
    ) async throws -> LiveServerAddress.Answer {
        try await address.send(path, body, method: method, headers: headers, timeout: timeout)
    }

    func get(_ path: String) async throws -> String { try await address.get(path) }

    /// What `GET /tasks` tells of the tasks, oldest first.
    func taskList() async throws -> [ListedTask] {
        struct Listing: Decodable { let tasks: [ListedTask] }
        return try JSONDecoder().decode(Listing.self, from: Data(try await get("/tasks").utf8)).tasks
    }

    /// The only task, once it has ended.
    func finishedTask(within limit: Duration = .seconds(30)) async throws -> ListedTask {
        try await eventually(within: limit) { try await taskList().first?.finishedAt != nil }
        return try #require(try await taskList().first)
    }
}

/// A task as `GET /tasks` shows it.
struct ListedTask: Decodable {
    let type: String
    let command: String
    let state: String
    let finishedAt: String?
    let result: String?
    let output: String
}

/// The payload of a task for the canary podinfo.test.
func taskPayload(_ metadata: [String: String], checksum: String = "") throws -> String {
    let payload: [String: Any] = [
        "name": "podinfo", "namespace": "test", "checksum": checksum, "metadata": metadata,
    ]
    return String(decoding: try JSONSerialization.data(withJSONObject: payload), as: UTF8.self)
}

/// Waits until a condition holds; fails the test when it does not within the limit.
func eventually(
    within limit: Duration = .seconds(30), _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, comment, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Runs a test with a directory of its own that is removed afterwards.
func withTemporaryDirectory<T>(_ body: (String) async throws -> T) async throws -> T {
    let path = FileManager.default.temporaryDirectory.appending(path: "aviary-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
