import FlaggerAPI
import Foundation
import Hummingbird
import LoadTester
import NIOCore
import ServiceLifecycle

/// The daemon's own HTTP API under `/api`, for `aviary get`, `watch`, `apply` and whatever a user scripts.
struct DaemonRoutes {
    let daemon: Daemon
    let history: History
    /// Throws when a request may not have the access.
    let admit: @Sendable (Request, Access) throws -> Void

    static let largestManifest = 10 << 20

    func add(to router: Hummingbird.Router<some RequestContext>) {
        router.get("/api/canaries") { request, _ in
            try admit(request, .read)
            return try json(await CanaryList(items: daemon.snapshots()))
        }
        router.get("/api/namespaces/{namespace}/canaries/{name}") { request, context in
            try admit(request, .read)
            return try json(await snapshot(context))
        }
        router.get("/api/namespaces/{namespace}/canaries/{name}/history") { request, context in
            try admit(request, .read)
            let key = try key(context)
            let after = request.uri.queryParameters.get("after", as: Int64.self) ?? 0
            let limit = request.uri.queryParameters.get("limit", as: Int.self) ?? 200
            return try json(await history.lines(of: key, after: after, limit: limit))
        }
        router.delete("/api/namespaces/{namespace}/canaries/{name}") { request, context in
            try admit(request, .role(.operate))
            let key = try key(context)
            try await report { try await daemon.delete(key) }
            return Response(status: .noContent)
        }
        router.get("/api/feed") { request, _ in
            try admit(request, .read)
            return feed()
        }
        router.post("/api/apply") { request, _ in
            // What is applied names the commands to be run.
            try admit(request, .role(.execute))
            return try await apply(request)
        }
        for action in CanaryAction.allCases {
            router.post("/api/namespaces/{namespace}/canaries/{name}/\(action.rawValue)") {
                request, context in
                try admit(request, .role(.operate))
                let key = try key(context)
                let reason = request.uri.queryParameters.get("reason") ?? "asked for"
                try await report { try await daemon.perform(action, on: key, reason: reason) }
                return try json(await snapshot(context))
            }
        }
    }

    private func key(_ context: some RequestContext) throws -> CanaryKey {
        CanaryKey(
            namespace: try context.parameters.require("namespace"),
            name: try context.parameters.require("name"))
    }

    private func snapshot(_ context: some RequestContext) async throws -> CanarySnapshot {
        let key = try key(context)
        guard let found = await daemon.snapshots().first(where: { CanaryKey($0.canary.metadata) == key })
        else {
            throw HTTPError(.notFound, message: "no canary \(key.name) in namespace \(key.namespace)")
        }
        return found
    }

    private func apply(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.largestManifest)
        let folder = request.uri.queryParameters.get("folder").map { "\($0)" } ?? "."
        guard folder.hasPrefix("/") else {
            throw HTTPError(.badRequest, message: "folder: must be an absolute path, was \(folder)")
        }
        let applied = try await report {
            try await daemon.apply(String(buffer: body), folder: folder)
        }
        return try json(applied)
    }

    /// Everything from now on, one JSON object a line, until the client goes or the daemon stops.
    private func feed() -> Response {
        let lines = history.follow()
        let body = ResponseBody { writer in
            for await line in lines.cancelOnGracefulShutdown() {
                var bytes = try JSONEncoder().encode(line)
                bytes.append(UInt8(ascii: "\n"))
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }

    private func report<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch let error as StandaloneError {
            var status = HTTPResponse.Status.badRequest
            if case .writeState = error { status = .serviceUnavailable }
            if case .unknownCanary = error { status = .notFound }
            throw HTTPError(status, message: "\(error)")
        }
    }

    private func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }
}

/// The answer of `GET /api/canaries`.
public struct CanaryList: Codable, Equatable, Sendable {
    /// Every canary, by namespace and name.
    public var items: [CanarySnapshot]
}

/// What can be done to a running rollout from outside.
public enum CanaryAction: String, CaseIterable, Sendable {
    /// Hold it where it is.
    case pause
    /// Let it go on.
    case resume
    /// Fail it at once.
    case abort
}
