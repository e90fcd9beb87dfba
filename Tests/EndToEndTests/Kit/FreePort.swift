import Glibc
import Synchronization
import Testing

/// Loopback ports that nothing listens on; no two tests get the same.
enum FreePort {
    private static let taken = Mutex<Set<Int>>([])

    /// Below the range from which the system takes the ports of outgoing connections.
    static func next() throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 12_000..<32_000)
            if canListen(on: port), taken.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw POSIXFailure(call: "no free port", code: errno)
    }

    private static func canListen(on port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
        }
    }
}

/// A system call that failed.
struct POSIXFailure: Error {
    var call: String
    var code: Int32
}
