import Synchronization

/// The names that would be services in a cluster, and where they are on this machine.
public final class NameTable: Sendable {
    /// The load tester's names: all of them are this process.
    static let testers: Set<String> = [
        "flagger-loadtester", "flagger-helmtester", "flagger-batstester", "flagger-kubectltester",
        "flagger-concordtester",
    ]

    private struct State {
        var services: [String: Int] = [:]
        var testerPort: Int?
        var users: [String: (host: String, port: Int)] = [:]
    }

    private let state = Mutex(State())

    /// Makes an empty table.
    public init() {}

    /// Puts a service `name.namespace` at a loopback port.
    func publish(_ service: String, port: Int) {
        state.withLock { $0.services[service.lowercased()] = port }
    }

    /// Takes a service out.
    func withdraw(_ service: String) {
        state.withLock { _ = $0.services.removeValue(forKey: service.lowercased()) }
    }

    /// Puts the load tester at a loopback port.
    func publishTester(port: Int) {
        state.withLock { $0.testerPort = port }
    }

    /// Puts a name of the user's own (`host` or `host:port`) at an address.
    public func publish(_ name: String, at address: (host: String, port: Int)) {
        state.withLock { $0.users[name.lowercased()] = address }
    }

    /// Where a name is; nil when it is none of ours.
    ///
    /// A service answers to `name.namespace` and that with `.svc` or `.svc.cluster.local`, on any port.
    public func resolve(_ host: String, _ port: Int) -> (host: String, port: Int)? {
        let host = host.lowercased()
        return state.withLock { state in
            if let address = state.users["\(host):\(port)"] ?? state.users[host] { return address }
            let service = Self.service(host)
            if let found = state.services[service] { return ("127.0.0.1", found) }
            if let tester = state.testerPort, let name = service.split(separator: ".").first,
                Self.testers.contains(String(name))
            {
                return ("127.0.0.1", tester)
            }
            return nil
        }
    }

    /// The services in the form that load generators take: `name=address:port`, joined by commas.
    func hostMap() -> String {
        state.withLock { state in
            var entries = state.services.flatMap { name, port in
                ["", ".svc", ".svc.cluster.local"].map { "\(name)\($0)=127.0.0.1:\(port)" }
            }
            entries += state.users.map { "\($0.key)=\($0.value.host):\($0.value.port)" }
            return entries.sorted().joined(separator: ",")
        }
    }

    private static func service(_ host: String) -> String {
        for suffix in [".svc.cluster.local", ".svc"] where host.hasSuffix(suffix) {
            return String(host.dropLast(suffix.count))
        }
        return host
    }
}
