@testable import Delivery

/// Waits as long as a test wants to, whatever the request says: machines that run tests are busy.
struct PatientClient: ServerClient {
    let client: HTTPServerClient
    var timeout = Duration.seconds(60)

    func send(_ request: ServerRequest) async throws -> ServerAnswer {
        var request = request
        request.timeout = timeout
        return try await client.send(request)
    }

    /// Runs a test with a client that is shut down however it ends.
    static func run<T>(
        resolve: @escaping WebhookCaller.Resolver = { _, _ in nil }, timeout: Duration = .seconds(60),
        _ body: (PatientClient) async throws -> T
    ) async throws -> T {
        let client = HTTPServerClient(resolve: resolve)
        do {
            let result = try await body(PatientClient(client: client, timeout: timeout))
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
