import Glibc
import Testing

/// Loopback ports for servers that cannot be told to choose one.
enum FreePorts {
    struct NeverOpen: Error {
        let port: Int
    }

    /// Ports that the kernel gives to nobody: those it chooses itself could go to another test's
    /// connection before the server has them.
    static func take(_ count: Int) throws -> [Int] {
        var taken: [Int] = []
        for _ in 0..<1000 where taken.count < count {
            let port = Int.random(in: 10_000..<32_768)
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            try #require(socket >= 0)
            defer { close(socket) }
            var address = loopback(UInt16(port))
            let isFree = withGeneric(&address) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
            if isFree, !taken.contains(port) { taken.append(port) }
        }
        try #require(taken.count == count)
        return taken
    }

    /// Waits, thirty seconds at least, until somebody listens there.
    static func waitUntilOpen(_ port: Int) async throws {
        for _ in 0..<1500 {
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = loopback(UInt16(port))
            let isOpen = withGeneric(&address) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
            close(socket)
            if isOpen { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NeverOpen(port: port)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func withGeneric<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) throws -> Result
    ) rethrows -> Result {
        try withUnsafeMutablePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }
}
