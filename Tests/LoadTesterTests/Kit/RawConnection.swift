import Glibc
import Testing

/// A TCP connection on which a test sends what it likes, as slowly as it likes.
final class RawConnection: Sendable {
    private let socket: Int32

    init(to server: LiveServerAddress, receiveBuffer: Int32? = nil) throws {
        let port = try #require(UInt16(server.url.split(separator: ":").last ?? ""))
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    }

    deinit { Glibc.close(socket) }

    /// Sends text; false when the server has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool {
        Glibc.send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count
    }

    /// What has come since the last time; nil when the server has closed the connection.
    func received() -> String? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = read(socket, &chunk, chunk.count)
        if count < 0, errno == EAGAIN { return "" }
        return count > 0 ? String(decoding: chunk[..<count], as: UTF8.self) : nil
    }

    /// Reads to the end of the connection, which must come within the limit.
    func receivedToEnd(within limit: Duration = .seconds(10)) async throws -> String {
        var all = ""
        try await eventually(within: limit) {
            while let part = received() {
                if part.isEmpty { return false }
                all += part
            }
            return true
        }
        return all
    }
}
