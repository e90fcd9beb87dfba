import Foundation
public import Hummingbird
public import Logging
import NIOCore

/// The load tester's HTTP API, to be mounted in any Hummingbird server.
public struct LoadTesterRoutes: Sendable {
    let gates: GateStore
    let tasks: TaskRunner
    let namespaceFilter: NamespaceFilter
    let bodyLimit: Int
    let logger: Logger
    let metrics = APIMetrics()

    /// Creates the routes; the caller keeps `tasks` running as a service.
    ///
    /// - Parameter bodyLimit: the largest request body, in bytes; larger ones are answered 413.
    public init(
        gates: GateStore, tasks: TaskRunner, namespaceFilter: NamespaceFilter = .all,
        bodyLimit: Int = 1 << 20, logger: Logger
    ) {
        self.gates = gates
        self.tasks = tasks
        self.namespaceFilter = namespaceFilter
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
        onAnyMethod("/healthz", of: router) { _, _ in Response(.ok, text: "OK") }
        onAnyMethod("/metrics", of: router) { _, _ in Response(.ok, text: metricsText()) }
    }

    /// The load tester's metrics in the text format of Prometheus.
    public func metricsText() -> String {
        var text = PrometheusText()
        metrics.write(to: &text)
        tasks.metrics.write(to: &text)
        return text.text
    }

    func onAnyMethod<Context: RequestContext>(
        _ path: String, of router: Router<Context>,
        _ answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for method in methods {
            router.on(RouterPath(path), method: method) { request, context in
                let response: Response
                do {
                    response = try await answer(request, context)
                } catch let error as LoadTesterError {
                    response = self.response(to: error, path)
                }
                metrics.answered(path, response.status.code)
                return response
            }
        }
    }

    private func response(to error: LoadTesterError, _ path: String) -> Response {
        let response = Response(error.status, text: error.description)
        if response.status.kind == .serverError {
            logger.error("request failed", metadata: ["path": "\(path)", "error": "\(error)"])
        } else {
            logger.debug("request refused", metadata: ["path": "\(path)", "reason": "\(error)"])
        }
        return response
    }

    /// Reads the payload of a request and checks that its namespace is allowed.
    func payload(of request: inout Request) async throws -> HookPayload {
        let body: ByteBuffer
        do {
            body = try await request.collectBody(upTo: bodyLimit)
        } catch is NIOTooManyBytesError {
            throw LoadTesterError.payloadTooLarge(limit: bodyLimit)
        }
        let payload = try HookPayload(json: Data(body.readableBytesView))
        guard namespaceFilter.allows(payload.namespace) else {
            throw LoadTesterError.namespaceRefused(payload.namespace)
        }
        return payload
    }
}
