internal import AsyncHTTPClient
import Glibc
internal import NIOCore
internal import NIOPosix

/// Asks replicas whether they can serve.
struct ReadinessProber: Sendable {
    enum Outcome: Equatable {
        case ready
        /// With the reason, for people.
        case failed(String)
        /// This process could not ask, which says nothing of the replica.
        case unasked(String)
    }

    /// One client for the whole process, never shut down. A refused connection is an answer here, so it
    /// is not tried again, and a redirect is one too, so it is not followed.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// One try, which takes no longer than the probe's timeout.
    func check(_ probe: ReadinessProbe, port: Int) async -> Outcome {
        switch probe.check {
        case .tcpConnect: await connect(port: port, timeout: probe.timeout)
        case .httpGet(let path, let own): await get(path, port: own ?? port, timeout: probe.timeout)
        }
    }

    private func get(_ path: String, port: Int, timeout: Duration) async -> Outcome {
        let url = "http://127.0.0.1:\(port)\(path)"
        var request = HTTPClientRequest(url: url)
        // Each probe opens its own connection, as a new client would.
        request.headers.add(name: "Connection", value: "close")
        request.headers.add(name: "User-Agent", value: "aviary-probe")
        do {
            let response = try await Self.client.execute(request, timeout: TimeAmount(timeout))
            let code = response.status.code
            return (200..<400).contains(code) ? .ready : .failed("GET \(url) answered \(code)")
        } catch {
            return Self.outcome("GET \(url)", error)
        }
    }

    private func connect(port: Int, timeout: Duration) async -> Outcome {
        do {
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(TimeAmount(timeout))
                .connect(host: "127.0.0.1", port: port).get()
            try? await channel.close()
            return .ready
        } catch {
            return Self.outcome("cannot connect to 127.0.0.1:\(port)", error)
        }
    }

    private static func outcome(_ attempt: String, _ error: any Error) -> Outcome {
        let text = "\(attempt): \(reason(error))"
        return isOwn(error) ? .unasked(text) : .failed(text)
    }

    /// Whether it is this process, or the machine, that has no more to give.
    private static func isOwn(_ error: any Error) -> Bool {
        switch error {
        case let error as NIOConnectionError: error.connectionErrors.contains { isOwn($0.error) }
        case let error as IOError: [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
        default: false
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "\(error)"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "timed out"
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded:
            "timed out"
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            "connection closed without an answer"
        default: "\(error)"
        }
    }
}
