import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

@testable import Controller

/// Something that may be done.
struct Action: Hashable, Comparable, CustomStringConvertible {
    var group: String
    /// The resource, with its subresource after a slash.
    var resource: String
    var verb: String

    init(_ group: String, _ resource: String, _ verb: String) {
        (self.group, self.resource, self.verb) = (group, resource, verb)
    }

    var description: String { "\(verb) \(resource)\(group.isEmpty ? "" : ".\(group)")" }

    static func < (left: Action, right: Action) -> Bool { left.description < right.description }
}

/// The service account of the chart, as an installation has it.
struct ServiceAccount {
    private static let roles = ["ClusterRole": "clusterroles", "Role": "roles"]

    let cluster: TestCluster
    /// Where the chart is installed.
    let namespace: String

    /// What the API server calls it.
    var user: String { "system:serviceaccount:\(namespace):release-aviary" }

    /// Installs what of the chart is about access.
    func install(_ values: [String]) async throws {
        let rendered = try await TestCluster.render(
            chart: "aviary", "--namespace", namespace, "--set", values.joined(separator: ","),
            "--show-only", "templates/rbac.yaml", "--show-only", "templates/serviceaccount.yaml")
        try await cluster.kubectl("create", "namespace", namespace)
        try await withTemporaryFolder { folder in
            try rendered.write(toFile: "\(folder)/access.yaml", atomically: true, encoding: .utf8)
            try await cluster.kubectl("apply", "--filename", "\(folder)/access.yaml")
        }
    }

    /// Lets it read everything and tell what it finds, and do in one namespace what the chart's role says.
    func grant(everythingIn other: String) async throws {
        let subject = "--serviceaccount=\(namespace):release-aviary"
        try await cluster.kubectl(
            "create", "clusterrole", "reading", "--verb=get,list,watch", "--resource=*.*")
        try await cluster.kubectl(
            "create", "clusterrole", "telling", "--verb=create,patch",
            "--resource=canaries.flagger.app/status",
            "--resource=events.events.k8s.io")
        for role in ["reading", "telling"] {
            try await cluster.kubectl(
                "create", "clusterrolebinding", role, "--clusterrole=\(role)", subject)
        }
        try await cluster.kubectl(
            "-n", other, "create", "rolebinding", "releasing", "--clusterrole=release-aviary", subject)
    }

    /// Writes a kubeconfig that holds its token and nothing else.
    func kubeconfig(in folder: String) async throws -> String {
        let configuration = try cluster.plane.configuration
        let authority = Data(configuration.certificateAuthority ?? []).base64EncodedString()
        let path = "\(folder)/account-kubeconfig"
        let text = """
            {"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
            "clusters":[{"name":"c","cluster":{"server":"\(configuration.server)","certificate-authority-data":"\(authority)"}}],
            "users":[{"name":"u","user":{"token":"\(try await token())"}}]}
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func token() async throws -> String {
        var found: String?
        try await eventually("the service account has no token") {
            let list = try await cluster.plane.withClient {
                try await $0.list(.secret, in: namespace, matching: .everything)
            }
            let secret = list.items.first {
                $0.annotations["kubernetes.io/service-account.name"] == "release-aviary"
            }
            let data = secret?.json[path: "data", "token"]?.string.flatMap { Data(base64Encoded: $0) }
            found = data.map { String(decoding: $0, as: UTF8.self) }
            return found != nil
        }
        return try #require(found)
    }

    /// What a role of the chart allows.
    func grants(of kind: String, _ name: String) async throws -> Set<Action> {
        let type = ResourceType(
            group: "rbac.authorization.k8s.io", version: "v1", kind: kind,
            plural: try #require(Self.roles[kind]), isNamespaced: kind == "Role")
        let role = try await cluster.plane.withClient {
            try await $0.get(ObjectReference(type, namespace: kind == "Role" ? namespace : nil, name: name))
        }
        var actions: Set<Action> = []
        for rule in try #require(role).json["rules"]?.elements ?? [] {
            func words(_ key: String) -> [String] { rule[key]?.elements?.compactMap(\.string) ?? [] }
            for group in words("apiGroups") {
                for resource in words("resources") {
                    for verb in words("verbs") { actions.insert(Action(group, resource, verb)) }
                }
            }
        }
        return actions
    }
}

/// What the API server's audit log tells of a user.
struct AuditLog {
    private(set) var actions: Set<Action> = []
    private(set) var refused: Set<Action> = []

    init(of plane: TestControlPlane, user: String) throws {
        let text = try String(contentsOfFile: "\(plane.folder)/logs/audit.log", encoding: .utf8)
        for line in text.split(separator: "\n") {
            guard let event = try? JSONValue(parsing: String(line)),
                event[path: "user", "username"]?.string == user, let object = event["objectRef"],
                let verb = event["verb"]?.string, let resource = object["resource"]?.string
            else { continue }
            let subresource = object["subresource"]?.string.map { "/\($0)" } ?? ""
            let action = Action(object["apiGroup"]?.string ?? "", resource + subresource, verb)
            actions.insert(action)
            if event[path: "responseStatus", "code"]?.int == 403 { refused.insert(action) }
        }
    }
}

extension TestControlPlane {
    /// Starts the API server anew with a log of all that service accounts do.
    func audit() async throws {
        let policy = """
            {"apiVersion":"audit.k8s.io/v1","kind":"Policy","omitStages":["RequestReceived"],
            "rules":[{"level":"Metadata","userGroups":["system:serviceaccounts"]},{"level":"None"}]}
            """
        try policy.write(toFile: "\(folder)/audit.yaml", atomically: true, encoding: .utf8)
        try await stopServer()
        try await startServer()
    }
}

extension RunningController {
    /// Creates an object of the namespace.
    func create(_ type: ResourceType, _ name: String, _ members: JSONValue) async throws {
        var json = members
        json["apiVersion"] = .string(type.apiVersion)
        json["kind"] = .string(type.kind)
        json[path: "metadata", "name"] = .string(name)
        json[path: "metadata", "namespace"] = .string(namespace)
        _ = try await client.create(KubernetesObject(json: json), as: type)
    }
}
