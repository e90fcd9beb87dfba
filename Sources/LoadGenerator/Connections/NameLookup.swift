import Glibc
import NIOCore
import NIOPosix

/// Finds the addresses of hosts, off the event loop, and remembers them for the run.
final class NameLookup {
    private let loop: any EventLoop
    private var known: [HostMap.Endpoint: EventLoopFuture<[SocketAddress]>] = [:]

    init(loop: any EventLoop) {
        self.loop = loop
    }

    /// The addresses in the resolver's order; fails with a `LoadFailure`. A failure is not remembered.
    func addresses(of endpoint: HostMap.Endpoint) -> EventLoopFuture<[SocketAddress]> {
        if let answer = known[endpoint] { return answer }
        if let literal = try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port) {
            let answer = loop.makeSucceededFuture([literal])
            known[endpoint] = answer
            return answer
        }
        let answer = NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            try Self.resolve(endpoint)
        }
        known[endpoint] = answer
        answer.assumeIsolated().whenFailure { _ in self.known[endpoint] = nil }
        return answer
    }

    private static func resolve(_ endpoint: HostMap.Endpoint) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(endpoint.host, "\(endpoint.port)", &hints, &list)
        guard code == 0 else {
            let reason = code == EAI_NONAME ? "no such host" : String(cString: gai_strerror(code))
            throw LoadFailure.unresolvable(endpoint.host, reason: reason)
        }
        defer { freeaddrinfo(list) }
        let addresses = sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }
            .compactMap { $0.flatMap { address($0.pointee) } }
        guard !addresses.isEmpty else {
            throw LoadFailure.unresolvable(endpoint.host, reason: "no address")
        }
        return addresses
    }

    private static func address(_ info: addrinfo) -> SocketAddress? {
        guard let raw = info.ai_addr else { return nil }
        switch info.ai_family {
        case AF_INET:
            return raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
        case AF_INET6:
            return raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
        default: return nil
        }
    }
}
