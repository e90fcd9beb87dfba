import AsyncHTTPClient
import NIOCore
import Synchronization

/// Sends requests without a pause, on kept connections and on fresh ones, and counts what came back.
final class LoadClient: Sendable {
    /// What came back.
    struct Tally: Sendable {
        var requests = 0
        var versions: [String: Int] = [:]
        /// What failed, the first few in words.
        var failures: [String] = []
        var failed = 0
    }

    private let tally = Mutex(Tally())
    private let url: String

    init(url: String) { self.url = url }

    var result: Tally { tally.withLock { $0 } }

    /// Sends until the work is done.
    ///
    /// - Parameters:
    ///   - kept: how many senders keep their connection.
    ///   - fresh: how many open one for each request.
    func during<T: Sendable>(
        kept: Int = 4, fresh: Int = 1, _ work: () async throws -> T
    ) async throws -> T {
        var configuration = HTTPClient.Configuration()
        // A refused connection is a failed request.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let value = try await withThrowingTaskGroup(of: Void.self) { group in
                for sender in 0..<(kept + fresh) {
                    group.addTask { await self.send(with: client, closes: sender >= kept) }
                }
                defer { group.cancelAll() }
                return try await work()
            }
            try await client.shutdown()
            return value
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func send(with client: HTTPClient, closes: Bool) async {
        var request = HTTPClientRequest(url: url)
        if closes { request.headers.add(name: "Connection", value: "close") }
        while !Task.isCancelled {
            do {
                let response = try await client.execute(request, timeout: .seconds(60))
                _ = try await response.body.collect(upTo: 1 << 20)
                note(response.status.code, response.headers.first(name: "X-App-Version") ?? "none")
            } catch {
                // The last request of each sender is cut off by the end of the load itself.
                guard !Task.isCancelled else { return }
                tally.withLock { $0.fail("\(error)") }
            }
            // Two cores serve the proxy, the apps and this client: leave some of it to them.
            try? await Task.sleep(for: .milliseconds(closes ? 5 : 2))
        }
    }

    private func note(_ status: UInt, _ version: String) {
        tally.withLock { tally in
            tally.requests += 1
            tally.versions[version, default: 0] += 1
            if status != 200 { tally.fail("HTTP \(status) from \(version)") }
        }
    }
}

extension LoadClient.Tally {
    fileprivate mutating func fail(_ text: String) {
        failed += 1
        if failures.count < 10 { failures.append(text) }
    }
}
