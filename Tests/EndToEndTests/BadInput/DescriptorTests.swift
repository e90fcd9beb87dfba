import Foundation
import Glibc
import Testing

/// A client that holds all descriptors that the daemon may have.
struct DescriptorTests {
    private static func connect(_ port: Int) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return socket
    }

    private static func limit(of pid: pid_t) throws -> [String] {
        let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        return line.split(separator: " ").dropFirst(3).prefix(2).map(String.init)
    }

    private static func ticks(of pid: pid_t) throws -> Int {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
        return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
    }

    @Test("opens as many descriptors as it may, and leaves its replicas the limit that it was given")
    func raisesTheLimit() async throws {
        var manifest = Manifest(port: try FreePort.next())
        // A shell in front, since the sample app raises its limit itself.
        manifest.command = [
            "/bin/sh", "-c", #""$0" sample-app --port "$PORT" & wait"#, try BuiltProgram.path(),
        ]
        try await RunningAviary.run(
            manifest, behind: ["/bin/bash", "-c", #"ulimit -Sn 256; exec "$@""#, "bash"]
        ) { aviary in
            try await aviary.reach("Initialized")
            let own = try Self.limit(of: aviary.program.pid)
            #expect(Int(own[0]) == min(65_536, Int(own[1]) ?? .max))
            let limits = try aviary.replicas("primary").map { try Self.limit(of: $0) }
            #expect(limits.contains(["256", own[1]]), "\(limits)")
        }
    }

    @Test(
        "takes no replica out of service because it has no descriptor left to ask it, and does not turn idly")
    func exhaustion() async throws {
        let manifest = Manifest(port: try FreePort.next())
        try await RunningAviary.run(
            manifest, behind: ["/bin/bash", "-c", #"ulimit -n 96; exec "$@""#, "bash"]
        ) {
            aviary in
            try await aviary.reach("Initialized")
            let before = try await aviary.versions(of: manifest, requests: 1)
            var held = try (0..<200).map { _ in try Self.connect(manifest.port) }
            defer { for socket in held { close(socket) } }
            try await eventually("the daemon has descriptors left") {
                aviary.program.errors.contains("could not be asked whether it is ready")
            }
            let (start, ticks) = (ContinuousClock.now, try Self.ticks(of: aviary.program.pid))
            // Time enough for the probes to fail as often as makes a replica unready.
            try await eventually { ContinuousClock.now - start > .seconds(4) }
            let used =
                Double(try Self.ticks(of: aviary.program.pid) - ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
            #expect(used < 2)
            #expect(!aviary.program.errors.contains("a replica is no longer ready"))
            for socket in held { close(socket) }
            held = []
            try await eventually("no connection is accepted again") {
                try await aviary.versions(of: manifest, requests: 1) == before
            }
        }
    }
}
