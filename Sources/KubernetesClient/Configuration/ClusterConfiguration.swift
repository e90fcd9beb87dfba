import AsyncHTTPClient
import Foundation
import NIOSSL

/// Where an API server is, how it is recognised, and who we are to it.
public struct ClusterConfiguration: Sendable {
    /// The server's URL.
    public var server: String
    /// The namespace of the context or service account; nil when none is named.
    public var namespace: String?
    /// The authorities that vouch for the server, PEM encoded; nil for the system's.
    public var certificateAuthority: [UInt8]?
    /// The name that the server's certificate must have; nil for the URL's host.
    public var serverName: String?
    /// Whether the server's certificate is not checked at all.
    public var skipsVerification = false
    /// The client certificate.
    public var identity: ClientIdentity?
    /// The URL of an HTTP or SOCKS5 proxy.
    public var proxy: String?
    var credentials: any CredentialSource = StaticCredential(value: .none)

    /// A server without credentials.
    public init(server: String) { self.server = server }

    /// A server and a bearer token.
    public init(server: String, token: String, certificateAuthority: [UInt8]? = nil) {
        self.server = server
        self.certificateAuthority = certificateAuthority
        credentials = StaticCredential(value: .bearer(token))
    }
}

extension ClusterConfiguration {
    private func components() throws(KubernetesError) -> URLComponents {
        guard let components = URLComponents(string: server), let host = components.host, !host.isEmpty,
            components.scheme == "https" || components.scheme == "http"
        else { throw .configuration("the server '\(server)' is not a URL such as https://10.0.0.1:6443") }
        return components
    }

    /// The URL in front of each path; with the name that the certificate must have as its host.
    func baseURL() throws(KubernetesError) -> String {
        var components = try components()
        if let serverName { components.host = serverName }
        components.query = nil
        components.fragment = nil
        while components.path.hasSuffix("/") { components.path.removeLast() }
        return components.string ?? server
    }

    /// The address to dial for the certificate's name.
    var dnsOverride: [String: String] {
        guard let serverName, let host = (try? components())?.host else { return [:] }
        return [serverName: host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))]
    }

    func tlsConfiguration(identity other: ClientIdentity? = nil) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if skipsVerification { tls.certificateVerification = .none }
        if let certificateAuthority {
            tls.trustRoots = .certificates(
                try Self.certificates(certificateAuthority, field: "certificate-authority"))
        }
        guard let identity = other ?? identity else { return tls }
        tls.certificateChain = try Self.certificates(identity.certificates, field: "client-certificate")
            .map { .certificate($0) }
        do {
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem))
        } catch {
            throw KubernetesError.configuration("client-key: not a private key in PEM: \(error)")
        }
        return tls
    }

    private static func certificates(
        _ pem: [UInt8], field: String
    ) throws(KubernetesError) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(pem)
            if certificates.isEmpty { throw NIOSSLError.failedToLoadCertificate }
            return certificates
        } catch {
            throw .configuration("\(field): no certificate in PEM: \(error)")
        }
    }

    func proxySettings() throws(KubernetesError) -> HTTPClient.Configuration.Proxy? {
        guard let proxy, !proxy.isEmpty else { return nil }
        guard let url = URLComponents(string: proxy), let host = url.host, !host.isEmpty else {
            throw .configuration("proxy-url: '\(proxy)' is not a URL")
        }
        switch url.scheme {
        case "http":
            guard let user = url.user else { return .server(host: host, port: url.port ?? 80) }
            return .server(
                host: host, port: url.port ?? 80,
                authorization: .basic(username: user, password: url.password ?? ""))
        case "socks5": return .socksServer(host: host, port: url.port ?? 1080)
        default: throw .configuration("proxy-url: '\(proxy)' must begin with http:// or socks5://")
        }
    }
}
