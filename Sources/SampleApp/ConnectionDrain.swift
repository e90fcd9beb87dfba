import ServiceLifecycle

/// The first step of a graceful shutdown: tell clients to go elsewhere while still serving them.
struct ConnectionDrain: Service {
    let readiness: Readiness
    let delay: Duration

    func run() async throws {
        try await gracefulShutdown()
        readiness.drain()
        try await Task.sleep(for: delay)
    }
}
