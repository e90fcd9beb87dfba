import Exposition
import Foundation
public import Hummingbird
public import Logging
import NIOCore

/// The load tester's HTTP API, to be mounted in any Hummingbird server.
public struct LoadTesterRoutes: Sendable {
    let gates: GateStore
    let tasks: TaskRunner
    let namespaceFilter: NamespaceFilter
    let access: AccessControl
    let bodyLimit: Int
    let logger: Logger
    let metrics = APIMetrics()

    /// Creates the routes; the caller keeps `tasks` running as a service.
    ///
    /// - Parameters:
    ///   - access: whether callers need a token, and which.
    ///   - bodyLimit: the largest request body, in bytes; larger ones are answered 413.
    public init(
        gates: GateStore, tasks: TaskRunner, namespaceFilter: NamespaceFilter = .all,
        access: AccessControl = .none, bodyLimit: Int = 1 << 20, logger: Logger
    ) {
        self.gates = gates
        self.tasks = tasks
        self.namespaceFilter = namespaceFilter
        self.access = access
        self.bodyLimit = bodyLimit
        self.logger = logger
    }

    /// Adds gates, tasks and their listings: `/gate/…`, `/rollback/…`, `/gates…`, `/tasks` and `/`.
    public func addRoutes(to router: Router<some RequestContext>) {
        addGateRoutes(to: router)
        addTaskRoutes(to: router)
    }

    /// Adds `/healthz` and `/metrics`, for a server that does not have its own.
    public func addServiceRoutes(to router: Router<some RequestContext>) {
        on("/healthz", .open, of: router) { _ in Response(.ok, text: "OK") }
        on("/metrics", .read, of: router) { _ in Response(.ok, text: metricsText()) }
    }

    /// Admits a request to a path of the embedding server, which asks for the same tokens.
    ///
    /// - Throws: `HTTPError` with 401 or 403 and what to do.
    public func admit(_ request: Request, to access: Access) throws {
        do {
            try request.refuseWebPages(from: access)
            _ = try self.access.admit(request.token, to: access)
        } catch let error as LoadTesterError {
            throw HTTPError(error.status, headers: error.headers, message: error.description)
        }
    }

    /// The short way of gate checks; nil where callers have to show a token first.
    var gateChecks: GateChecks? { access.isOn ? nil : GateChecks(gates: gates, metrics: metrics) }

    /// The load tester's metrics in the text format of Prometheus.
    public func metricsText() -> String {
        var text = PrometheusText()
        metrics.write(to: &text)
        tasks.metrics.write(to: &text)
        return text.text
    }

    /// Answers a path, whatever the method, for callers that it admits.
    func on<Context: RequestContext>(
        _ path: String, _ access: Access, of router: Router<Context>,
        _ answer: @escaping @Sendable (APICall) async throws -> Response
    ) {
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for method in methods {
            router.on(RouterPath(path), method: method) { request, context in
                let response = await self.response(to: request, context, path, access, answer)
                metrics.answered(path, response.status.code)
                return response
            }
        }
    }

    private func response(
        to request: Request, _ context: some RequestContext, _ path: String, _ access: Access,
        _ answer: @Sendable (APICall) async throws -> Response
    ) async -> Response {
        do {
            var call = APICall(request: request, context: context, routes: self, access: access)
            try await call.admit()
            return try await answer(call)
        } catch let error as LoadTesterError {
            return refusal(error, path)
        } catch {
            // A client that stalled or went away in the middle of its request.
            logger.debug("request not read", metadata: ["path": "\(path)", "error": "\(error)"])
            return Response(.badRequest, text: "the request could not be read to its end")
        }
    }

    func refusal(_ error: LoadTesterError, _ path: String) -> Response {
        var response = Response(error.status, text: error.description)
        response.headers.append(contentsOf: error.headers)
        if response.status.kind == .serverError {
            logger.error("request failed", metadata: ["path": "\(path)", "error": "\(error)"])
        } else {
            logger.debug("request refused", metadata: ["path": "\(path)", "reason": "\(error)"])
        }
        return response
    }
}
