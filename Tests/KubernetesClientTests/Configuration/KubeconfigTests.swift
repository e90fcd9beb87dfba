import Foundation
import Testing

@testable import KubernetesClient

@Suite("Kubeconfig files")
struct KubeconfigTests {
    private let folder: KubeconfigFolder

    init() throws { folder = try KubeconfigFolder() }

    private func load(_ path: String?, environment: [String: String] = [:], context: String? = nil) throws
        -> ClusterConfiguration
    { try ClusterConfiguration.load(kubeconfig: path, context: context, environment: environment) }

    private func error(_ path: String?, environment: [String: String] = [:]) throws -> String {
        let error = #expect(throws: KubernetesError.self) { try load(path, environment: environment) }
        guard case .configuration(let text)? = error else {
            throw error ?? KubernetesError.invalid("no error")
        }
        return text
    }

    @Test("lead to the server, namespace and token of the current context")
    func token() async throws {
        let configuration = try load(try folder.kubeconfig())
        #expect(configuration.server == "https://127.0.0.1:1")
        #expect(configuration.namespace == "team")
        #expect(try await configuration.credentials.credential() == .bearer("secret"))
    }

    @Test("give certificates in place or as files beside them")
    func certificates() throws {
        try folder.write("the authority", to: "pki/ca.crt")
        try folder.write("the certificate", to: "client.crt")
        let key = Data("the key".utf8).base64EncodedString()
        let path = try folder.kubeconfig(
            user: "client-certificate: client.crt\nclient-key-data: \(key)",
            cluster: "server: https://127.0.0.1:1\ncertificate-authority: pki/ca.crt")
        let configuration = try load(path)
        #expect(configuration.certificateAuthority == Array("the authority".utf8))
        #expect(
            configuration.identity
                == ClientIdentity(certificates: Array("the certificate".utf8), key: Array("the key".utf8)))
    }

    @Test("give a password, a proxy, another server name, and no verification")
    func other() async throws {
        let path = try folder.kubeconfig(
            user: "username: me\npassword: 'a:b'",
            cluster: """
                server: https://127.0.0.1:1/prefix/
                insecure-skip-tls-verify: true
                tls-server-name: name.example
                proxy-url: http://proxy:3128
                """)
        let configuration = try load(path)
        let expected = "Basic " + Data("me:a:b".utf8).base64EncodedString()
        #expect(try await configuration.credentials.credential().authorization == expected)
        #expect(configuration.skipsVerification)
        #expect(configuration.proxy == "http://proxy:3128")
        #expect(try configuration.baseURL() == "https://name.example:1/prefix")
        #expect(configuration.dnsOverride == ["name.example": "127.0.0.1"])
    }

    @Test(
        "are joined: what the first one names wins, missing ones don't count, paths are relative to their own file"
    )
    func joined() async throws {
        let first = try folder.write(
            """
            contexts: [{name: there, context: {cluster: two, user: you}}]
            users: [{name: me, user: {token: first}}]
            """, to: "a/config")
        let second = try folder.kubeconfig(name: "b/config")
        try folder.write("authority of c", to: "c/ca.crt")
        let third = try folder.write(
            """
            current-context: ignored
            clusters:
            - {name: one, cluster: {server: https://ignored}}
            - {name: two, cluster: {server: https://two, certificate-authority: ca.crt}}
            users: [{name: you, user: {token: yours}}]
            """, to: "c/config")
        let environment = ["KUBECONFIG": "\(first):/does/not/exist:\(second):\(third)"]
        let here = try load(nil, environment: environment)
        #expect(here.server == "https://127.0.0.1:1")
        #expect(try await here.credentials.credential() == .bearer("first"))
        let there = try load(nil, environment: environment, context: "there")
        #expect(there.server == "https://two")
        #expect(there.certificateAuthority == Array("authority of c".utf8))
        #expect(try await there.credentials.credential() == .bearer("yours"))
    }

    @Test("are found in the home folder last")
    func home() throws {
        let path = try folder.kubeconfig(name: ".kube/config")
        let home = ["HOME": folder.url.path]
        #expect(try load(nil, environment: home).server == "https://127.0.0.1:1")
        try FileManager.default.removeItem(atPath: path)
        #expect(try error(nil, environment: home).contains("use --kubeconfig FILE"))
        #expect(
            try error(nil, environment: ["KUBECONFIG": "/no/such"]).contains(
                "none of its files exists: /no/such"))
        #expect(try error("/no/such").contains("cannot read the kubeconfig /no/such"))
    }

    @Test(
        "that are wrong are refused with file, context and field",
        arguments: [
            ("token: secret", "server: ''", "context 'here': cluster 'one': server is missing"),
            ("token: [1]", "server: https://x", "users[0].user.token"),
            ("client-certificate-data: YQ==", "server: https://x", "client-certificate needs client-key"),
            ("client-key-data: YQ==", "server: https://x", "client-key needs client-certificate"),
            (
                "client-certificate: /no/such\nclient-key: /no/such", "server: https://x",
                "cannot read /no/such"
            ),
            (
                "token: x", "server: https://x\ncertificate-authority-data: '***'",
                "certificate-authority-data is not base64"
            ),
            ("tokenFile: /no/such", "server: https://x", "cannot read the token file /no/such"),
            (
                "exec: {apiVersion: client.authentication.k8s.io/v1}", "server: https://x",
                "exec.command is missing"
            ),
            (
                "exec: {apiVersion: v9, command: x}", "server: https://x",
                "exec.apiVersion 'v9' must be client.authentication.k8s.io/v1 or"
            ),
            (
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}",
                "server: https://x", "interactiveMode is Always"
            ),
            ("auth-provider: {name: gcp}", "server: https://x", "auth-provider 'gcp' was removed"),
            (
                "token: x",
                "server: https://x\ninsecure-skip-tls-verify: true\ncertificate-authority-data: YQ==",
                "exclude each other"
            ),
        ])
    func wrong(user: String, cluster: String, words: String) throws {
        let path = try folder.kubeconfig(user: user, cluster: cluster)
        let text = try error(path)
        #expect(text.contains(words))
        #expect(text.contains(path) || words.contains("token file"))
    }

    @Test("name what there is when a context, cluster or user is missing")
    func missing() throws {
        let path = try folder.write("contexts: [{name: a, context: {cluster: c}}]", to: "config")
        #expect(try error(path).contains("current-context is not set"))
        let unknown = #expect(throws: KubernetesError.self) { try load(path, context: "z") }
        #expect(unknown?.description.contains("there is no context 'z'; it has 'a'") == true)
        let cluster = #expect(throws: KubernetesError.self) { try load(path, context: "a") }
        #expect(cluster?.description.contains("context 'a': there is no cluster 'c'; there is none") == true)
        #expect(try error(try folder.write("a: [", to: "broken")).contains("not valid YAML"))
    }

    @Test(
        "with servers, certificates or proxies that can't be used are refused when the client is made",
        arguments: [
            ("server: ftp://x", "is not a URL such as"), ("server: nonsense", "is not a URL such as"),
            (
                "server: https://x\ncertificate-authority-data: YWJj",
                "certificate-authority: no certificate in PEM"
            ),
            ("server: https://x\nproxy-url: ftp://x", "proxy-url: 'ftp://x' must begin with"),
        ])
    func unusable(cluster: String, words: String) throws {
        let configuration = try load(try folder.kubeconfig(cluster: cluster))
        let error = #expect(throws: KubernetesError.self) { try KubernetesClient(configuration) }
        #expect(error?.description.contains(words) == true)
    }
}
