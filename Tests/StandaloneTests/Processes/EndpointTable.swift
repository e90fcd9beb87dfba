import Foundation
import Glibc

@testable import Standalone

/// Stands in for the proxy: keeps the published endpoints and sends requests to them.
actor EndpointTable: EndpointPublisher {
    private(set) var endpoints = ReplicaEndpoints()
    private(set) var history: [ReplicaEndpoints] = []
    private(set) var drained: [ReplicaEndpoint] = []
    private var underWay: [String: Int] = [:]
    private var next = 0

    func publish(_ endpoints: ReplicaEndpoints) {
        self.endpoints = endpoints
        history.append(endpoints)
    }

    func drain(_ endpoint: ReplicaEndpoint) async {
        while underWay[endpoint.id, default: 0] > 0, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(2))
        }
        drained.append(endpoint)
    }

    /// One request to the next endpoint; the answer's body, or `nil` when it failed or there is none.
    func request() async -> String? {
        let all = endpoints.all
        guard !all.isEmpty else { return nil }
        next += 1
        let endpoint = all[next % all.count]
        underWay[endpoint.id, default: 0] += 1
        defer { underWay[endpoint.id, default: 0] -= 1 }
        return await Self.get(endpoint.port)
    }

    /// A GET over a new connection; the answer's body.
    static func get(_ port: Int) async -> String? {
        // Blocking calls, of which the few threads that run tasks must be spared.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: getBlocking(port)) }
        }
    }

    private static func getBlocking(_ port: Int) -> String? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let failed = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else { return nil }
        let request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"
        guard send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { return nil }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while case let count = recv(socket, &chunk, chunk.count, 0), count > 0 { answer += chunk[..<count] }
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200") else { return nil }
        return text.components(separatedBy: "\r\n\r\n").last
    }
}
