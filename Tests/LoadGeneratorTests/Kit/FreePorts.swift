import Glibc
import Testing

/// Loopback ports for servers that cannot be told to choose one.
enum FreePorts {
    struct NeverOpen: Error {
        let port: Int
    }

    static func take(_ count: Int) throws -> [Int] {
        let sockets = try (0..<count).map { _ in
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            try #require(socket >= 0)
            return socket
        }
        defer { for socket in sockets { close(socket) } }
        return try sockets.map { socket in
            var address = loopback(0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            try withGeneric(&address) { try #require(bind(socket, $0, length) == 0) }
            try withGeneric(&address) { try #require(getsockname(socket, $0, &length) == 0) }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }

    /// Waits, ten seconds at most, until somebody listens there.
    static func waitUntilOpen(_ port: Int) async throws {
        for _ in 0..<500 {
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
