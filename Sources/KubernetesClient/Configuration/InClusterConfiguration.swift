public import Foundation

extension ClusterConfiguration {
    /// Where the kubelet puts a pod's service account.
    public static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The cluster that this process runs in as a pod; nil outside of one.
    ///
    /// The token is read again as it is rotated.
    /// - Throws: ``KubernetesError/configuration(_:)`` when the pod has no service account mounted.
    public static func inCluster(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        folder: String = serviceAccountFolder
    ) throws(KubernetesError) -> ClusterConfiguration? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else { return nil }
        guard let number = UInt16(port) else {
            throw .configuration("KUBERNETES_SERVICE_PORT: '\(port)' is not a port")
        }
        var configuration = ClusterConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(number)")
        _ = try TokenFile.token(at: "\(folder)/token")
        configuration.credentials = TokenFile("\(folder)/token", elapsed: Self.elapsed)
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/ca.crt"))
            configuration.certificateAuthority = Array(data)
        } catch {
            throw .configuration("in-cluster: cannot read \(folder)/ca.crt: \(error.localizedDescription)")
        }
        let namespace = try? String(contentsOfFile: "\(folder)/namespace", encoding: .utf8)
        configuration.namespace = namespace?.trimmingCharacters(in: .whitespacesAndNewlines)
        return configuration
    }

    static let elapsed: @Sendable () -> Duration = {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }()
}
