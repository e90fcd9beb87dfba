import Foundation
import Glibc
import Testing

/// A real nginx on free loopback ports, which logs every request that it answered.
final class Nginx: Sendable {
    /// Of HTTP/1.1, of TLS with HTTP/1.1 and HTTP/2, and of HTTP/2 without TLS.
    let ports: (plain: Int, secure: Int, http2: Int)
    /// Holds the certificate that it shows.
    let certificate: URL
    private let folder: URL
    private let process: Process

    private init(folder: URL, ports: [Int], process: Process) {
        self.folder = folder
        self.ports = (ports[0], ports[1], ports[2])
        certificate = folder.appending(path: "certificate.pem")
        self.process = process
    }

    /// Starts nginx, and waits until it accepts connections.
    ///
    /// - Parameter requestsPerConnection: after so many it ends a connection in order.
    static func start(requestsPerConnection: Int = 1_000_000) async throws -> Nginx {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nginx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(TestCertificate.certificate.utf8).write(to: folder.appending(path: "certificate.pem"))
        try Data(TestCertificate.key.utf8).write(to: folder.appending(path: "key.pem"))
        let ports = try FreePorts.take(3)
        let configuration = folder.appending(path: "nginx.conf")
        try text(folder, ports, requestsPerConnection).write(
            to: configuration, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-c", configuration.path, "-p", folder.path]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        let server = Nginx(folder: folder, ports: ports, process: process)
        for port in ports { try await FreePorts.waitUntilOpen(port) }
        return server
    }

    private static func text(_ folder: URL, _ ports: [Int], _ requestsPerConnection: Int) -> String {
        """
        daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
        events { worker_connections 2048; }
        http {
            log_format wire '$status $request_method $request_uri $server_protocol $host $connection';
            access_log access.log wire;
            keepalive_requests \(requestsPerConnection);
            client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
            server {
                listen 127.0.0.1:\(ports[0]);
                listen 127.0.0.1:\(ports[1]) ssl http2;
                listen 127.0.0.2:\(ports[1]) ssl http2;
                listen 127.0.0.1:\(ports[2]) http2;
                ssl_certificate \(folder.path)/certificate.pem; ssl_certificate_key \(folder.path)/key.pem;
                location / { return 200 "hello"; }
                location = /moved { return 302 /there; }
                location = /missing { return 404; }
            }
        }
        """
    }

    /// The lines of its log: status, method, URI, protocol, host, number of the connection.
    func log() throws -> [[Substring]] {
        try String(contentsOf: folder.appending(path: "access.log"), encoding: .utf8)
            .split(separator: "\n").map { $0.split(separator: " ") }
    }

    /// Ends nginx and returns its log in full.
    @discardableResult
    func stop() throws -> [[Substring]] {
        process.terminate()
        process.waitUntilExit()
        let lines = try log()
        try FileManager.default.removeItem(at: folder)
        return lines
    }
}
