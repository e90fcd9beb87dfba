import Foundation

/// A folder of files for one test; gone with it.
final class KubeconfigFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "kubeconfig-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String, executable: Bool = false) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file, options: .atomic)
        if executable {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        return file.path
    }

    /// A kubeconfig with one context, whose user and cluster have these fields.
    func kubeconfig(
        user: String = "token: secret", cluster: String = "server: https://127.0.0.1:1",
        name: String = "config"
    ) throws -> String {
        let indented = { (text: String) in
            text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        }
        return try write(
            """
            apiVersion: v1
            kind: Config
            current-context: here
            contexts:
            - name: here
              context: {cluster: one, user: me, namespace: team}
            clusters:
            - name: one
              cluster:
            \(indented(cluster))
            users:
            - name: me
              user:
            \(indented(user))
            """, to: name)
    }
}
