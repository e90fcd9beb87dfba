import Foundation
import Hummingbird

extension LoadTesterRoutes {
    func addTaskRoutes(to router: Router<some RequestContext>) {
        on("/", .role(.execute), of: router) { try await runTask($0) }
        on("/tasks", .read, of: router) { call in
            let (namespace, name) = try canary(in: call.request)
            let records = await tasks.records().filter { record in
                namespaceFilter.allows(record.key.namespace)
                    && (namespace ?? record.key.namespace) == record.key.namespace
                    && (name ?? record.key.name) == record.key.name
            }
            return try Response(.ok, json: ["tasks": records.map(TaskView.init)])
        }
    }

    private func runTask(_ call: APICall) async throws -> Response {
        var call = call
        let payload = try await call.payload()
        guard try tasks.types.type(for: payload).isAwaited else {
            try await tasks.start(payload)
            return Response(.accepted, text: "")
        }
        var response: Response
        do {
            let outcome = try await call.request.body.consumeWithCancellationOnInboundClose { _ in
                try await tasks.outcome(of: payload)
            }
            response = answer(outcome, payload)
        } catch let error as LoadTesterError {
            response = refusal(error, "/")
        } catch is CancellationError {
            logger.debug("a client hung up; its task goes on", metadata: ["canary": "\(payload.name)"])
            response = Response(.serviceUnavailable, text: "the task goes on: ask again for its result")
        }
        // Watching for the hang-up has used up the connection.
        response.headers[.connection] = "close"
        return response
    }

    private func answer(_ outcome: TaskOutcome, _ payload: HookPayload) -> Response {
        switch outcome.result {
        case .succeeded:
            Response(.ok, text: payload.isSet("returnCmdOutput") ? outcome.output : "")
        case .failed, .timedOut:
            Response(.internalServerError, text: Redaction.redacted(outcome.report))
        case .stopped:
            Response(.serviceUnavailable, text: outcome.summary)
        }
    }
}
