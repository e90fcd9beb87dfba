import Foundation
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
import Synchronization

/// A small HTTP service to release in examples and tests.
public struct SampleApp: Sendable {
    /// How the service behaves.
    public struct Behaviour: Sendable {
        /// What `/version` answers.
        public var version: String
        /// What `/` shows, to tell releases apart by eye.
        public var color: String
        /// Share of requests that fail with a 500, 0 to 1; health and readiness never do.
        public var errorRate: Double
        /// Added to every answer.
        public var latency: Duration
        /// How long `/readyz` answers 503 after the start.
        public var startupDelay: Duration
        /// Whether `/readyz` answers 503 until `POST /readyz/enable`.
        public var startsUnready: Bool

        /// Makes a behaviour; by default nothing fails and nothing is slow.
        public init(
            version: String = "1.0.0", color: String = "", errorRate: Double = 0, latency: Duration = .zero,
            startupDelay: Duration = .zero, startsUnready: Bool = false
        ) {
            self.version = version
            self.color = color
            self.errorRate = errorRate
            self.latency = latency
            self.startupDelay = startupDelay
            self.startsUnready = startsUnready
        }
    }

    static let largestBody = 1 << 20
    static let longestDelay = 60.0

    private let behaviour: Behaviour
    private let readiness: Readiness
    private let failures: Failures

    /// Makes a service that is not listening yet.
    public init(_ behaviour: Behaviour) {
        self.behaviour = behaviour
        readiness = Readiness(isEnabled: !behaviour.startsUnready, delay: behaviour.startupDelay)
        failures = Failures(rate: behaviour.errorRate)
    }

    /// Serves until the service group or the task ends; requests in flight are finished.
    public func run(host: String, port: Int, logger: Logger) async throws {
        let application = Application(
            router: makeRouter(),
            configuration: .init(address: .hostname(host, port: port), serverName: "aviary-sample-app"),
            logger: logger)
        try await application.runService(gracefulShutdownSignals: [.sigterm, .sigint])
    }

    func makeRouter() -> Router<BasicRequestContext> {
        let router = Router()
        router.addMiddleware { Versioned(version: behaviour.version) }
        router.get("/healthz") { _, _ in "OK" }
        router.get("/readyz") { _, _ in readiness.response }
        router.post("/readyz/enable") { _, _ in
            readiness.enable(true)
            return HTTPResponse.Status.accepted
        }
        router.post("/readyz/disable") { _, _ in
            readiness.enable(false)
            return HTTPResponse.Status.accepted
        }
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] { addPages(to: router, method) }
        return router
    }

    private func addPages(to router: Router<BasicRequestContext>, _ method: HTTPRequest.Method) {
        router.on("/", method: method) { _, _ in
            try await answer { try page(["version": behaviour.version, "color": behaviour.color, "message": "greetings", "pid": "\(ProcessInfo.processInfo.processIdentifier)"]) }
        }
        router.on("/version", method: method) { _, _ in
            try await answer { try page(["version": behaviour.version]) }
        }
        router.on("/echo", method: method) { request, _ in
            let body = try await request.body.collect(upTo: Self.largestBody)
            return try await answer { Response(status: .ok, body: ResponseBody(byteBuffer: body)) }
        }
        router.on("/status/{code}", method: method) { _, context in
            let code = try context.parameters.require("code", as: Int.self)
            guard (200...599).contains(code) else {
                throw HTTPError(.badRequest, message: "code: use 200 to 599, was \(code)")
            }
            return try await answer { Response(status: .init(code: code)) }
        }
        router.on("/delay/{seconds}", method: method) { _, context in
            let seconds = try context.parameters.require("seconds", as: Double.self)
            guard (0...Self.longestDelay).contains(seconds) else {
                throw HTTPError(.badRequest, message: "seconds: use 0 to \(Int(Self.longestDelay)), was \(seconds)")
            }
            try await Task.sleep(for: .seconds(seconds))
            return try await answer { try page(["delay": "\(seconds)"]) }
        }
    }

    /// Slow and failing as asked for.
    private func answer(_ make: @Sendable () throws -> Response) async throws -> Response {
        if behaviour.latency > .zero { try await Task.sleep(for: behaviour.latency) }
        guard !failures.next() else {
            return Response(
                status: .internalServerError, body: ResponseBody(byteBuffer: ByteBuffer(string: "failed on purpose\n")))
        }
        return try make()
    }

    private func page(_ fields: [String: String]) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(fields))))
    }
}

/// Says on every answer which version gave it.
private struct Versioned: RouterMiddleware {
    typealias Context = BasicRequestContext
    let version: String

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if let name = HTTPField.Name("X-App-Version") { response.headers[name] = version }
        return response
    }
}
