import Foundation
import Hummingbird

extension LoadTesterRoutes {
    func addTaskRoutes<Context: RequestContext>(to router: Router<Context>) {
        onAnyMethod("/", of: router) { request, _ in
            var request = request
            return try await runTask(&request)
        }
        router.get("/tasks") { _, _ in
            let records = await tasks.records().filter { namespaceFilter.allows($0.key.namespace) }
            return try Response(.ok, json: ["tasks": records.map(TaskView.init)])
        }
    }

    private func runTask(_ request: inout Request) async throws -> Response {
        let payload = try await payload(of: &request)
        guard try tasks.types.type(for: payload).isAwaited else {
            try await tasks.start(payload)
            return Response(.accepted, text: "")
        }
        do {
            let outcome = try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await tasks.outcome(of: payload)
            }
            return answer(outcome, payload)
        } catch is CancellationError {
            logger.debug("a client hung up; its task goes on", metadata: ["canary": "\(payload.name)"])
            return Response(.serviceUnavailable, text: "the task goes on: ask again for its result")
        }
    }

    private func answer(_ outcome: TaskOutcome, _ payload: HookPayload) -> Response {
        var response: Response
        switch outcome.result {
        case .succeeded:
            let isWanted = payload.metadata["returnCmdOutput"] == "true"
            response = Response(.ok, text: isWanted ? outcome.output : "")
        case .failed:
            let output = outcome.output
            response = Response(.internalServerError, text: output.isEmpty ? outcome.summary : output)
        case .timedOut:
            response = Response(.internalServerError, text: "\(outcome.output)\n\(outcome.summary)")
        case .stopped:
            response = Response(.serviceUnavailable, text: outcome.summary)
        }
        // Watching for the hang-up has used up the connection.
        response.headers[.connection] = "close"
        return response
    }
}
