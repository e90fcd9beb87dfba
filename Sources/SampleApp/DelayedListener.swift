import Hummingbird
import ServiceLifecycle

/// Starts listening after a delay, as an application does that has work to do first.
struct DelayedListener: Service {
    let delay: Duration
    let host: String
    let port: Int
    let listener: Application<SampleAppResponder>

    func run() async throws {
        if delay > .zero {
            let slept = await cancelWhenGracefulShutdown { (try? await Task.sleep(for: delay)) != nil }
            guard slept else { return }
        }
        do {
            try await listener.run()
        } catch {
            throw SampleAppError.listen(host: host, port: port, cause: error)
        }
    }
}
