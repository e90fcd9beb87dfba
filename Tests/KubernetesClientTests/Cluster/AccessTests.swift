import Foundation
import JSON
import KubernetesClient
import KubernetesTesting
import Testing

@Suite("Access to a real API server")
struct AccessTests {
    @Test("says who is refused what, when RBAC forbids it")
    func forbidden() async throws {
        let cluster = try await TestControlPlane.shared
        try await cluster.withClient { admin in
            let namespace = try await admin.makeNamespace()
            let token = try await Self.token(of: "restricted", in: namespace, admin)
            var configuration = try cluster.configuration
            configuration = ClusterConfiguration(
                server: configuration.server, token: token,
                certificateAuthority: configuration.certificateAuthority)
            let client = try KubernetesClient(configuration)
            let error = await #expect(throws: KubernetesError.self) {
                try await client.list(TestKinds.configMap, in: namespace, matching: .everything)
            }
            await client.shutdown()
            guard case .forbidden(let text)? = error else {
                throw error ?? KubernetesError.invalid("no error")
            }
            #expect(text.contains("system:serviceaccount:\(namespace):restricted"))
            #expect(text.contains("cannot list resource \"configmaps\""))
        }
    }

    @Test("goes on with a service account's token that was replaced, as soon as the old one is refused")
    func rotation() async throws {
        let cluster = try await TestControlPlane.shared
        try await cluster.withClient { admin in
            let namespace = try await admin.makeNamespace()
            let folder = FileManager.default.temporaryDirectory.appending(path: "account-\(namespace)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let configuration = try cluster.configuration
            try Data(configuration.certificateAuthority ?? []).write(to: folder.appending(path: "ca.crt"))
            let write = { (token: String) in
                try Data("\(token)\n".utf8).write(to: folder.appending(path: "token"), options: .atomic)
            }
            try write("not-a-token-of-this-cluster")
            let url = try #require(URLComponents(string: configuration.server))
            let inside = try #require(
                try ClusterConfiguration.inCluster(
                    environment: [
                        "KUBERNETES_SERVICE_HOST": url.host ?? "",
                        "KUBERNETES_SERVICE_PORT": "\(url.port ?? 443)",
                    ], folder: folder.path))
            let client = try KubernetesClient(inside)
            await #expect(throws: KubernetesError.self) {
                try await client.get(ObjectReference(TestKinds.namespace, namespace: nil, name: namespace))
            }
            let token = try await Self.token(of: "rotated", in: namespace, admin)
            try await Self.allowReading(account: "rotated", in: namespace, admin)
            try write(token)
            let read = try await client.get(
                ObjectReference(TestKinds.configMap, namespace: namespace, name: "none"))
            #expect(read == nil)
            await client.shutdown()
        }
    }

    @Test("authenticates by client certificate")
    func certificate() async throws {
        let cluster = try await TestControlPlane.shared
        let configuration = try ClusterConfiguration.load(
            kubeconfig: "\(cluster.folder)/kubeconfig-certificate", environment: [:])
        #expect(configuration.identity != nil)
        let client = try KubernetesClient(configuration)
        let namespaces = try await client.list(TestKinds.namespace, in: nil, matching: .everything)
        #expect(namespaces.items.contains { $0.name == "kube-system" })
        await client.shutdown()
    }

    @Test("authenticates by a certificate that a plugin prints")
    func pluginCertificate() async throws {
        let cluster = try await TestControlPlane.shared
        let administrator = try ClusterConfiguration.load(
            kubeconfig: "\(cluster.folder)/kubeconfig-certificate", environment: [:])
        let identity = try #require(administrator.identity)
        let credential = JSONValue.object([
            "apiVersion": .string("client.authentication.k8s.io/v1"), "kind": .string("ExecCredential"),
            "status": .object([
                "clientCertificateData": .string(String(decoding: identity.certificates, as: UTF8.self)),
                "clientKeyData": .string(String(decoding: identity.key, as: UTF8.self)),
            ]),
        ])
        let folder = try KubeconfigFolder()
        try folder.write(credential.text(), to: "credential.json")
        try folder.write(
            "#!/bin/sh\nexec cat \"$(dirname \"$0\")/credential.json\"\n", to: "plugin", executable: true)
        let authority = Data(administrator.certificateAuthority ?? []).base64EncodedString()
        let path = try folder.kubeconfig(
            user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}",
            cluster: "server: \(administrator.server)\ncertificate-authority-data: \(authority)")
        let client = try KubernetesClient(try ClusterConfiguration.load(kubeconfig: path, environment: [:]))
        let namespaces = try await client.list(TestKinds.namespace, in: nil, matching: .everything)
        #expect(namespaces.items.contains { $0.name == "kube-system" })
        await client.shutdown()
    }

    @Test("refuses a server that the authorities don't vouch for, unless told not to check")
    func trust() async throws {
        let cluster = try await TestControlPlane.shared
        var configuration = try cluster.configuration
        configuration.certificateAuthority = nil
        var client = try KubernetesClient(configuration)
        let error = await #expect(throws: KubernetesError.self) { try await client.serverVersion() }
        guard case .unavailable? = error else { throw error ?? KubernetesError.invalid("no error") }
        await client.shutdown()

        configuration.skipsVerification = true
        client = try KubernetesClient(configuration)
        #expect(try await client.serverVersion().hasPrefix("v1."))
        await client.shutdown()
    }

    @Test("dials the server's address, and asks for the certificate of tls-server-name")
    func serverName() async throws {
        var configuration = try await TestControlPlane.shared.configuration
        configuration.serverName = "kubernetes.default.svc"
        let client = try KubernetesClient(configuration)
        #expect(try await client.serverVersion().hasPrefix("v1."))
        await client.shutdown()
    }

    /// A service account's token, from its Secret.
    private static func token(
        of account: String, in namespace: String, _ client: KubernetesClient
    ) async throws -> String {
        let accounts = ResourceType(
            group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts")
        let secrets = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")
        let object = try JSONValue(
            parsing:
                #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"\#(account)","namespace":"\#(namespace)"}}"#
        )
        _ = try await client.create(KubernetesObject(json: object), as: accounts)
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let list = try await client.list(secrets, in: namespace, matching: .everything)
            let secret = list.items.first { secret in
                secret.json["metadata"]?["annotations"]?["kubernetes.io/service-account.name"]?.string
                    == account
            }
            if let encoded = secret?.json["data"]?["token"]?.string, let token = Data(base64Encoded: encoded)
            {
                return String(decoding: token, as: UTF8.self)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw KubernetesError.unavailable("no token of \(account) within 120 s")
    }

    private static func allowReading(
        account: String, in namespace: String, _ client: KubernetesClient
    ) async throws {
        let bindings = ResourceType(
            group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding", plural: "rolebindings")
        let object = try JSONValue(
            parsing: """
                {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
                "metadata":{"name":"read","namespace":"\(namespace)"},
                "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},
                "subjects":[{"kind":"ServiceAccount","name":"\(account)","namespace":"\(namespace)"}]}
                """)
        _ = try await client.create(KubernetesObject(json: object), as: bindings)
    }
}
