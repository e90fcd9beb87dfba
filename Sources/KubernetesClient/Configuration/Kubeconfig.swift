import Foundation
import Yams

/// The parts of kubeconfig files that lead to a cluster, joined from several files.
struct Kubeconfig: Sendable {
    struct Named<Value: Sendable>: Sendable {
        let name: String
        let value: Value
        /// The file it stands in; relative paths are relative to its folder.
        let file: String
    }

    struct Cluster: Decodable, Sendable {
        var server: String?
        var certificateAuthority: String?
        var certificateAuthorityData: String?
        var insecureSkipTlsVerify: Bool?
        var tlsServerName: String?
        var proxyUrl: String?

        enum CodingKeys: String, CodingKey {
            case server
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case insecureSkipTlsVerify = "insecure-skip-tls-verify"
            case tlsServerName = "tls-server-name"
            case proxyUrl = "proxy-url"
        }
    }

    struct User: Decodable, Sendable {
        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: String?
        var token: String?
        var tokenFile: String?
        var username: String?
        var password: String?
        var exec: Exec?
        var authProvider: AuthProvider?

        enum CodingKeys: String, CodingKey {
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case authProvider = "auth-provider"
            case token, tokenFile, username, password, exec
        }
    }

    struct AuthProvider: Decodable, Sendable { var name: String? }

    struct Exec: Decodable, Sendable {
        struct Variable: Decodable, Sendable {
            var name: String
            var value: String
        }

        var apiVersion: String?
        var command: String?
        var args: [String]?
        var env: [Variable]?
        var installHint: String?
        var interactiveMode: String?
        var provideClusterInfo: Bool?
    }

    struct Context: Decodable, Sendable {
        var cluster: String?
        var user: String?
        var namespace: String?
    }

    var clusters: [Named<Cluster>] = []
    var users: [Named<User>] = []
    var contexts: [Named<Context>] = []
    var currentContext: String?
    /// The file that names the current context.
    var files: [String] = []

    /// Adds a file; what files before it have named stays.
    mutating func add(_ text: String, file: String) throws(KubernetesError) {
        let content = try FileContent.read(text, file: file)
        files.append(file)
        clusters += (content.clusters ?? []).map { Named(name: $0.name, value: $0.cluster, file: file) }
        users += (content.users ?? []).map { Named(name: $0.name, value: $0.user, file: file) }
        contexts += (content.contexts ?? []).map { Named(name: $0.name, value: $0.context, file: file) }
        if currentContext?.isEmpty ?? true { currentContext = content.currentContext }
    }

    private struct FileContent: Decodable {
        struct NamedCluster: Decodable {
            var name: String
            var cluster: Cluster
        }

        struct NamedUser: Decodable {
            var name: String
            var user: User
        }

        struct NamedContext: Decodable {
            var name: String
            var context: Context
        }

        var clusters: [NamedCluster]?
        var users: [NamedUser]?
        var contexts: [NamedContext]?
        var currentContext: String?

        enum CodingKeys: String, CodingKey {
            case currentContext = "current-context"
            case clusters, users, contexts
        }

        static func read(_ text: String, file: String) throws(KubernetesError) -> FileContent {
            do {
                return try YAMLDecoder().decode(FileContent.self, from: text)
            } catch let error as DecodingError {
                throw .configuration("kubeconfig \(file): \(describe(error))")
            } catch {
                throw .configuration("kubeconfig \(file): not YAML: \(error)")
            }
        }

        private static func describe(_ error: DecodingError) -> String {
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                "\(path(context.codingPath))\(context.debugDescription)"
            case .keyNotFound(let key, let context):
                "\(path(context.codingPath + [key]))is missing"
            @unknown default: "\(error)"
            }
        }

        private static func path(_ keys: [any CodingKey]) -> String {
            let text = keys.reduce(into: "") { path, key in
                if let index = key.intValue {
                    path += "[\(index)]"
                } else {
                    path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
                }
            }
            return text.isEmpty ? "" : "\(text): "
        }
    }
}
