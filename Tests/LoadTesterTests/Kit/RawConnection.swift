import Foundation
import Glibc
import Testing

/// A TCP connection on which a test sends what it likes, as slowly as it likes.
final class RawConnection: Sendable {
    private let socket: Int32
    private let serverPort: UInt16

    init(to server: LiveServerAddress, receiveBuffer: Int32? = nil) throws {
        let port = try #require(UInt16(server.url.split(separator: ":").last ?? ""))
        serverPort = port
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

    /// How this end names the server's end in the kernel's table of connections.
    var serverEnd: ServerEnd {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return ServerEnd(port: serverPort, clientPort: UInt16(bigEndian: address.sin_port))
    }

    /// Reads to the end of the connection, which must come within the limit.
    func receivedToEnd(within limit: Duration = .seconds(20)) async throws -> String {
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

/// The server's end of a connection, as the kernel knows it.
struct ServerEnd: Sendable {
    let port: UInt16
    let clientPort: UInt16

    /// Whether the server keeps its end open, whatever the client has done to its own.
    ///
    /// The kernel's table may lack a line while others come and go, so it is looked for more than once.
    var isOpen: Bool {
        get throws {
            for _ in 0..<5 where try isListed { return true }
            return false
        }
    }

    private var isListed: Bool {
        get throws {
            // In full: the kernel gives a part at a time, and `String(contentsOfFile:)` takes one.
            let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
            let table = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
            return table.split(separator: "\n").dropFirst().contains { line in
                let fields = line.split(separator: " ")
                // ESTABLISHED and CLOSE_WAIT: nobody has closed it, or only the client.
                return fields[1].hasSuffix(Self.suffix(port)) && fields[2].hasSuffix(Self.suffix(clientPort))
                    && ["01", "08"].contains(fields[3])
            }
        }
    }

    private static func suffix(_ port: UInt16) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return ":" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
