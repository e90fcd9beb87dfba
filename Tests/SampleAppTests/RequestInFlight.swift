import Foundation
import Glibc
import Testing

/// A request on a connection of its own, of which a test can tell that the server has read it.
final class RequestInFlight: Sendable {
    private let socket: Int32
    private let addresses: (server: String, client: String)

    init(to port: Int, _ path: String) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (socket, size) = (socket, length)
        let isConnected = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, size) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        addresses = (Self.address(port), Self.address(Int(UInt16(bigEndian: address.sin_port))))
        try #require(isConnected)
        let text = "GET \(path) HTTP/1.1\r\nHost: app.test\r\n\r\n"
        try #require(send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count)
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    }

    deinit { close(socket) }

    /// Whether the server has accepted the connection and read all that was sent.
    var isTaken: Bool {
        get throws {
            // In full: the kernel gives a part at a time, and `String(contentsOfFile:)` takes one.
            let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
            let table = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
            let ends = table.split(separator: "\n").map { $0.split(separator: " ") }
            // The fifth field tells how many bytes wait to leave, and how many to be read.
            let hasLeft = ends.contains {
                $0[1] == addresses.client && $0[2] == addresses.server && $0[4].hasPrefix("00000000:")
            }
            return hasLeft
                && ends.contains {
                    $0[1] == addresses.server && $0[2] == addresses.client && $0[4].hasSuffix(":00000000")
                }
        }
    }

    /// All that the server answers until it closes the connection.
    func answer() async throws -> String {
        var (answer, chunk) = ("", [UInt8](repeating: 0, count: 4096))
        let limit = ContinuousClock.now + .seconds(60)
        while true {
            let count = read(socket, &chunk, chunk.count)
            if count == 0 { return answer }
            if count > 0 {
                answer += String(decoding: chunk[..<count], as: UTF8.self)
            } else {
                try #require(errno == EAGAIN && ContinuousClock.now < limit, "so far: \(answer)")
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    private static func address(_ port: Int) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
