import Synchronization

/// The names that would be services in a cluster, and where they are on this machine.
public final class NameTable: Sendable {
    /// The load tester's names: all of them are this process.
    static let testers: Set<String> = [
        "flagger-loadtester", "flagger-helmtester", "flagger-batstester", "flagger-kubectltester",
        "flagger-concordtester",
    ]

    /// What a canary's service is for.
    enum Role: String, CaseIterable, Sendable {
        case apex, primary, canary
    }

    private struct State {
        var services: [String: (host: String, port: Int)] = [:]
        var sides: [CanaryKey: [Role: (host: String, port: Int)]] = [:]
        var tester: (host: String, port: Int)?
        var users: [String: (host: String, port: Int)] = [:]
    }

    private let state = Mutex(State())

    /// Makes an empty table.
    public init() {}

    /// Puts a canary's service `name.namespace` at a port of a bind address.
    func publish(
        _ service: String, host: String = "127.0.0.1", port: Int, as role: Role, of canary: CanaryKey
    ) {
        let address = (host: Self.reachable(host), port: port)
        state.withLock { state in
            state.services[service.lowercased()] = address
            state.sides[canary, default: [:]][role] = address
        }
    }

    /// Takes the services of a canary out.
    func withdraw(_ services: [String], of canary: CanaryKey) {
        state.withLock { state in
            for service in services { state.services[service.lowercased()] = nil }
            state.sides[canary] = nil
        }
    }

    /// Puts the load tester at a port of the address it listens on.
    func publishTester(host: String = "127.0.0.1", port: Int) {
        state.withLock { $0.tester = (Self.reachable(host), port) }
    }

    /// Whether the load tester of this process is at an address.
    func isTester(host: String, port: Int) -> Bool {
        state.withLock { $0.tester.map { $0 == (host, port) } ?? false }
    }

    /// The base URLs of a canary's services, whatever `spec.service.name` calls them.
    func urls(of canary: CanaryKey) -> [Role: String] {
        state.withLock { $0.sides[canary] ?? [:] }.mapValues { "http://\(Self.authority($0))" }
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
            if let found = state.services[service] { return found }
            if let tester = state.tester, let name = service.split(separator: ".").first,
                Self.testers.contains(String(name))
            {
                return tester
            }
            return nil
        }
    }

    /// The services in the form that load generators take: `name=address:port`, joined by commas.
    func hostMap() -> String {
        state.withLock { state in
            var entries = state.services.flatMap { name, address in
                ["", ".svc", ".svc.cluster.local"].map { "\(name)\($0)=\(Self.authority(address))" }
            }
            entries += state.users.map { "\($0.key)=\(Self.authority($0.value))" }
            return entries.sorted().joined(separator: ",")
        }
    }

    /// Where a server is reached that listens on an address: on loopback when it listens on all of them.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0", "": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    private static func authority(_ address: (host: String, port: Int)) -> String {
        address.host.contains(":")
            ? "[\(address.host)]:\(address.port)" : "\(address.host):\(address.port)"
    }

    private static func service(_ host: String) -> String {
        for suffix in [".svc.cluster.local", ".svc"] where host.hasSuffix(suffix) {
            return String(host.dropLast(suffix.count))
        }
        return host
    }
}
