public import Foundation

extension ClusterConfiguration {
    /// Finds the cluster to talk to, as the peer and kubectl do.
    ///
    /// The first of these: the file given, the files of `KUBECONFIG` joined, the cluster that this process runs in as a pod,
    /// `~/.kube/config`.
    ///
    /// Certificates and keys are read now; tokens in files and those of plugins are renewed while they are used.
    ///
    /// - Parameters:
    ///   - path: a kubeconfig file; the only one that is read.
    ///   - context: one of its contexts; nil for the current one.
    ///   - environment: `KUBECONFIG`, `HOME` and the pod's variables.
    /// - Throws: ``KubernetesError/configuration(_:)``, naming file, context, field and fix.
    public static func load(
        kubeconfig path: String? = nil, context: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(KubernetesError) -> ClusterConfiguration {
        if let path, !path.isEmpty { return try read([path], context: context, skipsMissing: false) }
        if let list = environment["KUBECONFIG"], !list.isEmpty {
            let files = list.split(separator: ":").map(String.init)
            return try read(files, context: context, skipsMissing: true)
        }
        if context == nil, let configuration = try inCluster(environment: environment) {
            return configuration
        }
        let home = "\(environment["HOME"] ?? "")/.kube/config"
        guard FileManager.default.fileExists(atPath: home) else {
            throw .configuration(
                "no cluster: this is not a pod, KUBECONFIG is not set and \(home) does not exist; use --kubeconfig FILE"
            )
        }
        return try read([home], context: context, skipsMissing: false)
    }

    private static func read(
        _ files: [String], context: String?, skipsMissing: Bool
    ) throws(KubernetesError) -> ClusterConfiguration {
        var kubeconfig = Kubeconfig()
        for file in files {
            if skipsMissing, !FileManager.default.fileExists(atPath: file) { continue }
            let text: String
            do {
                text = try String(contentsOfFile: file, encoding: .utf8)
            } catch {
                throw .configuration("cannot read the kubeconfig \(file): \(error.localizedDescription)")
            }
            try kubeconfig.add(text, file: file)
        }
        guard !kubeconfig.files.isEmpty else {
            throw .configuration("KUBECONFIG: none of its files exists: \(files.joined(separator: ", "))")
        }
        return try KubeconfigResolution(kubeconfig, context: context).configuration()
    }
}
