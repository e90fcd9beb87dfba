import NIOCore

/// Shares the HTTP/2 connections of one event loop among its workers: as few as the servers' limits of
/// streams allow.
final class SharedConnections {
    /// The connections to one server, and the workers that wait for room on one.
    private final class Server {
        var connections: [HTTP2Connection] = []
        var waiting: [(Result<Link, LoadFailure>, TimeAmount) -> Void] = []
        var isDialling = false
        /// The server speaks HTTP/1.1, so that nothing can be shared.
        var isHTTP1 = false
    }

    private let dialer: Dialer
    private var servers: [String: Server] = [:]

    init(dialer: Dialer) {
        self.dialer = dialer
    }

    /// Hands out a connection with room for a stream, or one of the caller's own where the server speaks
    /// HTTP/1.1; `completion` runs on the event loop, at once when there is room.
    func connect(
        to target: LoadTarget, completion: @escaping (Result<Link, LoadFailure>, TimeAmount) -> Void
    ) {
        let server = server(of: target)
        if server.isHTTP1 { return dialer.dial(target, completion: completion) }
        if let connection = server.connections.first(where: { $0.room > 0 }) {
            return completion(.success(.http2(connection)), .zero)
        }
        server.waiting.append(completion)
        dial(target, server)
    }

    /// Closes all connections.
    func close() {
        for server in servers.values {
            let connections = server.connections
            server.connections = []
            for connection in connections {
                connection.changed = nil
                connection.close()
            }
        }
    }

    private func server(of target: LoadTarget) -> Server {
        let key = "\(target.isSecure) \(target.host) \(target.port)"
        if let server = servers[key] { return server }
        let server = Server()
        servers[key] = server
        return server
    }

    private func dial(_ target: LoadTarget, _ server: Server) {
        // A server that takes no streams now takes none on another connection: its next settings are awaited.
        guard !server.isDialling, !server.waiting.isEmpty,
            !server.connections.contains(where: \.refusesStreams)
        else { return }
        server.isDialling = true
        dialer.dial(target) { result, lookup in
            server.isDialling = false
            switch result {
            case .success(.http2(let connection)):
                server.connections.append(connection)
                connection.changed = { [unowned connection] in
                    if !connection.isUsable { server.connections.removeAll { $0 === connection } }
                    self.serve(target, server, lookup: .zero)
                }
                self.serve(target, server, lookup: lookup)
            case .success(.http1(let connection)):
                server.isHTTP1 = true
                let waiting = server.waiting
                server.waiting = []
                waiting.first?(.success(.http1(connection)), lookup)
                for other in waiting.dropFirst() { self.dialer.dial(target, completion: other) }
            case .failure(let failure):
                let waiting = server.waiting
                server.waiting = []
                for each in waiting { each(.failure(failure), lookup) }
            }
        }
    }

    private func serve(_ target: LoadTarget, _ server: Server, lookup: TimeAmount) {
        while !server.waiting.isEmpty, let connection = server.connections.first(where: { $0.room > 0 }) {
            server.waiting.removeFirst()(.success(.http2(connection)), lookup)
        }
        dial(target, server)
    }
}
