import Foundation
import JSON

/// Makes a configuration of one context of kubeconfig files.
struct KubeconfigResolution {
    let kubeconfig: Kubeconfig
    let context: Kubeconfig.Named<Kubeconfig.Context>

    /// - Parameter name: the context; nil for the current one.
    init(_ kubeconfig: Kubeconfig, context name: String?) throws(KubernetesError) {
        let files = kubeconfig.files.joined(separator: ", ")
        guard let name = name ?? kubeconfig.currentContext, !name.isEmpty else {
            throw .configuration(
                "kubeconfig \(files): current-context is not set; name a context, or run kubectl config use-context NAME"
            )
        }
        guard let found = kubeconfig.contexts.first(where: { $0.name == name }) else {
            let known = kubeconfig.contexts.map { "'\($0.name)'" }.joined(separator: ", ")
            throw .configuration(
                "kubeconfig \(files): there is no context '\(name)'; it has \(known.isEmpty ? "none" : known)"
            )
        }
        self.kubeconfig = kubeconfig
        context = found
    }

    func configuration() throws(KubernetesError) -> ClusterConfiguration {
        let cluster = try find(context.value.cluster, among: kubeconfig.clusters, field: "cluster")
        guard let server = cluster.value.server, !server.isEmpty else {
            throw failure("cluster '\(cluster.name)': server is missing", in: cluster.file)
        }
        var configuration = ClusterConfiguration(server: server)
        configuration.namespace = context.value.namespace
        configuration.skipsVerification = cluster.value.insecureSkipTlsVerify ?? false
        configuration.serverName = cluster.value.tlsServerName.flatMap { $0.isEmpty ? nil : $0 }
        configuration.proxy = cluster.value.proxyUrl
        configuration.certificateAuthority = try bytes(
            data: cluster.value.certificateAuthorityData, path: cluster.value.certificateAuthority,
            field: "certificate-authority", owner: "cluster '\(cluster.name)'", file: cluster.file)
        if configuration.skipsVerification, configuration.certificateAuthority != nil {
            throw failure(
                "cluster '\(cluster.name)': insecure-skip-tls-verify and certificate-authority exclude each other",
                in: cluster.file)
        }
        if let name = context.value.user, !name.isEmpty {
            let user = try find(name, among: kubeconfig.users, field: "user")
            try add(user, cluster: cluster, to: &configuration)
        }
        return configuration
    }

    private func find<Value>(
        _ name: String?, among items: [Kubeconfig.Named<Value>], field: String
    ) throws(KubernetesError) -> Kubeconfig.Named<Value> {
        guard let name, !name.isEmpty else {
            throw failure("\(field) is missing", in: context.file)
        }
        guard let found = items.first(where: { $0.name == name }) else {
            let known = items.map { "'\($0.name)'" }.joined(separator: ", ")
            throw failure(
                "there is no \(field) '\(name)'; there is \(known.isEmpty ? "none" : known)", in: context.file
            )
        }
        return found
    }

    private func add(
        _ user: Kubeconfig.Named<Kubeconfig.User>, cluster: Kubeconfig.Named<Kubeconfig.Cluster>,
        to configuration: inout ClusterConfiguration
    ) throws(KubernetesError) {
        let owner = "user '\(user.name)'"
        let value = user.value
        let certificates = try bytes(
            data: value.clientCertificateData, path: value.clientCertificate, field: "client-certificate",
            owner: owner, file: user.file)
        let key = try bytes(
            data: value.clientKeyData, path: value.clientKey, field: "client-key", owner: owner,
            file: user.file)
        switch (certificates, key) {
        case (let certificates?, let key?):
            configuration.identity = ClientIdentity(certificates: certificates, key: key)
        case (nil, nil): break
        case (_?, nil): throw failure("\(owner): client-certificate needs client-key", in: user.file)
        case (nil, _?): throw failure("\(owner): client-key needs client-certificate", in: user.file)
        }
        configuration.credentials = try credentials(user, cluster: cluster, configuration)
    }

    private func credentials(
        _ user: Kubeconfig.Named<Kubeconfig.User>, cluster: Kubeconfig.Named<Kubeconfig.Cluster>,
        _ configuration: ClusterConfiguration
    ) throws(KubernetesError) -> any CredentialSource {
        let value = user.value
        // As client-go: the file wins over the token beside it.
        if let path = value.tokenFile, !path.isEmpty {
            let file = resolve(path, besides: user.file)
            _ = try TokenFile.token(at: file)
            return TokenFile(file, elapsed: ClusterConfiguration.elapsed)
        }
        if let token = value.token, !token.isEmpty { return StaticCredential(value: .bearer(token)) }
        if let name = value.username, !name.isEmpty {
            let pair = Data("\(name):\(value.password ?? "")".utf8).base64EncodedString()
            return StaticCredential(value: Credential(authorization: "Basic \(pair)"))
        }
        if let exec = value.exec {
            return ExecPlugin(try command(exec, of: user, cluster: cluster, configuration))
        }
        if let provider = value.authProvider {
            throw failure(
                "user '\(user.name)': auth-provider '\(provider.name ?? "")' was removed in Kubernetes 1.26; use exec",
                in: user.file)
        }
        return StaticCredential(value: .none)
    }

    private func command(
        _ exec: Kubeconfig.Exec, of user: Kubeconfig.Named<Kubeconfig.User>,
        cluster: Kubeconfig.Named<Kubeconfig.Cluster>, _ configuration: ClusterConfiguration
    ) throws(KubernetesError) -> ExecPlugin.Command {
        let owner = "user '\(user.name)': exec"
        guard let command = exec.command, !command.isEmpty else {
            throw failure("\(owner).command is missing", in: user.file)
        }
        guard let version = exec.apiVersion, ExecPlugin.apiVersions.contains(version) else {
            throw failure(
                "\(owner).apiVersion '\(exec.apiVersion ?? "")' must be \(ExecPlugin.apiVersions.joined(separator: " or "))",
                in: user.file)
        }
        if exec.interactiveMode == "Always" {
            throw failure("\(owner).interactiveMode is Always, and nobody is there to answer", in: user.file)
        }
        var environment: [String: String] = [:]
        for variable in exec.env ?? [] { environment[variable.name] = variable.value }
        return ExecPlugin.Command(
            apiVersion: version,
            command: command.contains("/") ? resolve(command, besides: user.file) : command,
            arguments: exec.args ?? [], environment: environment, installHint: exec.installHint,
            cluster: exec.provideClusterInfo == true ? Self.info(configuration) : nil)
    }

    private static func info(_ configuration: ClusterConfiguration) -> JSONValue {
        var members: [String: JSONValue] = ["server": .string(configuration.server)]
        members["tls-server-name"] = configuration.serverName.map { .string($0) }
        members["proxy-url"] = configuration.proxy.map { .string($0) }
        if configuration.skipsVerification { members["insecure-skip-tls-verify"] = .bool(true) }
        members["certificate-authority-data"] = configuration.certificateAuthority.map {
            .string(Data($0).base64EncodedString())
        }
        return .object(members)
    }

    /// The content of a field that is given in place or as a file; in place wins, as in client-go.
    private func bytes(
        data: String?, path: String?, field: String, owner: String, file: String
    ) throws(KubernetesError) -> [UInt8]? {
        if let data, !data.isEmpty {
            guard let decoded = Data(base64Encoded: data, options: .ignoreUnknownCharacters), !decoded.isEmpty
            else { throw failure("\(owner): \(field)-data is not base64", in: file) }
            return Array(decoded)
        }
        guard let path, !path.isEmpty else { return nil }
        let resolved = resolve(path, besides: file)
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: resolved)))
        } catch {
            throw failure(
                "\(owner): \(field): cannot read \(resolved): \(error.localizedDescription)", in: file)
        }
    }

    private func resolve(_ path: String, besides file: String) -> String {
        path.hasPrefix("/")
            ? path : URL(fileURLWithPath: file).deletingLastPathComponent().appending(path: path).path
    }

    private func failure(_ text: String, in file: String) -> KubernetesError {
        .configuration("kubeconfig \(file), context '\(context.name)': \(text)")
    }
}
