import Glibc
import Synchronization

/// Hands out loopback ports that nothing listens on, none of them twice at a time.
final class LoopbackPorts: Sendable {
    /// One for the whole process, so that no two of its replica sets pick the same port.
    static let shared = LoopbackPorts()

    private let reserved = Mutex<Set<Int>>([])

    /// Picks a port. Those the kernel gives to outgoing connections are avoided where others are left:
    /// a client's connection could otherwise take the port before the replica binds it, or connect to
    /// itself while a probe tries it.
    func reserve() throws -> Int {
        let quiet = 10_240..<max(Self.firstOutgoingPort(), 10_240)
        for _ in 0..<64 where quiet.count >= 1_024 {
            let port = Int.random(in: quiet)
            if take(port) { return port }
        }
        for _ in 0..<64 {
            let port = try Self.bind(0)
            if reserved.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw StandaloneError.reservePort(code: EADDRINUSE)
    }

    /// Marks a port as used by a replica that already runs.
    func claim(_ port: Int) {
        _ = reserved.withLock { $0.insert(port) }
    }

    func release(_ port: Int) {
        _ = reserved.withLock { $0.remove(port) }
    }

    private func take(_ port: Int) -> Bool {
        guard reserved.withLock({ $0.insert(port).inserted }) else { return false }
        if (try? Self.bind(port)) != nil { return true }
        release(port)
        return false
    }

    /// Binds and closes again; `0` lets the kernel choose.
    private static func bind(_ port: Int) throws -> Int {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw StandaloneError.reservePort(code: errno) }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(socket, $0, length) != 0 || getsockname(socket, $0, &length) != 0
            }
        }
        if failed { throw StandaloneError.reservePort(code: errno) }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    private static func firstOutgoingPort() -> Int {
        guard let file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split { $0 == "\t" || $0 == " " }.first.flatMap { Int($0) } ?? 0
    }
}
