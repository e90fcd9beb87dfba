import Hummingbird
import KubernetesClient
import Logging
import NIOCore

/// `/healthz`, `/readyz` and `/metrics`.
struct ControllerServer: Sendable {
    let port: Int
    let metrics: ControllerMetrics
    let caches: ClusterCaches
    let logger: Logger
    let onListening: @Sendable (Int) -> Void

    /// Answers until the service group shuts down.
    ///
    /// - Throws: `ControllerError.listen` when the port is taken.
    func run() async throws {
        let router = Hummingbird.Router()
        router.get("/healthz") { _, _ in "OK" }
        router.get("/readyz") { [caches] _, _ -> Response in
            let troubles = caches.troubles
            guard caches.cache(of: .canary).isSynced else {
                let reason =
                    troubles.first.map { "\($0.type): \($0.trouble)" } ?? "the canaries are being listed"
                return Self.text("\(reason)\n", .serviceUnavailable)
            }
            return Self.text("OK", .ok)
        }
        router.get("/metrics") { [metrics] _, _ in ControllerMetricsText(metrics: metrics).text }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("0.0.0.0", port: port), serverName: "aviary"),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            throw ControllerError.listen(port: port, cause: "\(error)")
        }
    }

    private static func text(_ text: String, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
