import Foundation

@testable import Standalone

/// A small HTTP server to run as a replica: answers every GET with its revision, `/readyz` with 503
/// while the file named by READY_FILE is missing.
enum Server {
    static let source = """
        import os, signal, socket, sys
        ready = os.environ.get("READY_FILE")
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", int(os.environ["PORT"])))
        server.listen(128)
        while True:
            client, _ = server.accept()
            request = b""
            while b"\\r\\n\\r\\n" not in request:
                piece = client.recv(4096)
                if not piece: break
                request += piece
            unready = request.startswith(b"GET /readyz") and ready and not os.path.exists(ready)
            body = os.environ["AVIARY_REVISION"].encode()
            if request:
                status = b"503 Unready" if unready else b"200 OK"
                client.sendall(b"HTTP/1.1 %s\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (status, len(body), body))
            client.close()
        """

    static let command = ["python3", "-S", "-E", "-c", source]

    static func template(
        environment: [String: String] = [:], grace: Duration = .seconds(5)
    ) -> ProcessTemplate {
        ProcessTemplate(
            command: command,
            environment: environment.map { ProcessTemplate.Variable(name: $0.key, value: $0.value) },
            readinessProbe: ReadinessProbe(
                .httpGet(path: "/readyz", port: nil), period: .milliseconds(100), timeout: .seconds(10),
                failureThreshold: 2),
            terminationGracePeriod: grace)
    }

    static func shell(_ script: String, grace: Duration = .seconds(5)) -> ProcessTemplate {
        ProcessTemplate(command: ["sh", "-c", script], terminationGracePeriod: grace)
    }
}
