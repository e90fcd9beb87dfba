import CryptoExtras
import Foundation

/// Google Cloud Monitoring: a query in its Monitoring Query Language.
struct StackdriverProvider: MetricsProvider {
    private struct Answer: Decodable {
        var timeSeriesData: [Series]?
        struct Series: Decodable { var pointData: [Point]? }
        struct Point: Decodable { var values: [Value]? }
        struct Value: Decodable {
            var doubleValue: Double?
            var int64Value: String?
        }
    }
    private struct ServiceAccount: Decodable {
        var clientEmail: String
        var privateKey: String
        var tokenURI: String?

        enum CodingKeys: String, CodingKey {
            case clientEmail = "client_email"
            case privateKey = "private_key"
            case tokenURI = "token_uri"
        }
    }
    private struct Token: Decodable {
        var accessToken: String

        enum CodingKeys: String, CodingKey { case accessToken = "access_token" }
    }

    private let connection: MetricsConnection
    private let url: String
    private let account: ServiceAccount?

    /// The secret has `project` and perhaps `serviceAccountKey`; without it the metadata server of the machine gives
    /// the token.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        let project = MetricsConnection.escape(try connection.credential("project"))
        let base = try connection.base(default: "https://monitoring.googleapis.com")
        url = "\(base)/v3/projects/\(project)/timeSeries:query"
        account = try connection.credentials["serviceAccountKey"].map { key in
            do { return try JSONDecoder().decode(ServiceAccount.self, from: Data(key.utf8)) } catch {
                throw DeliveryError.credentials(
                    "stackdriver's serviceAccountKey is no key of a service account")
            }
        }
    }

    /// An empty query is refused as invalid by a server that takes the credentials (peer behaviour).
    func verify() async throws {
        do {
            _ = try await connection.fetch(try await request(""))
        } catch DeliveryError.refusal(status: 400, _) {}
    }

    func value(of query: String) async throws -> Double? {
        let answer = try await connection.fetch(Answer.self, try await request(query))
        let value = answer.timeSeriesData?.first?.pointData?.first?.values?.first
        return value?.doubleValue ?? value?.int64Value.flatMap(Double.init)
    }

    private func request(_ query: String) async throws -> ServerRequest {
        let body = String(decoding: try JSONEncoder().encode(["query": query]), as: UTF8.self)
        return connection.request(
            url, method: "POST",
            headers: [
                .init("Content-Type", "application/json"),
                .init("Authorization", "Bearer \(try await token())"),
            ], body: body)
    }

    private func token() async throws -> String {
        guard let account else {
            let host = connection.environment["GCE_METADATA_HOST"] ?? "metadata.google.internal"
            return try await connection.fetch(
                Token.self,
                ServerRequest(
                    "http://\(host)/computeMetadata/v1/instance/service-accounts/default/token",
                    headers: [.init("Metadata-Flavor", "Google")])
            ).accessToken
        }
        let server = account.tokenURI ?? "https://oauth2.googleapis.com/token"
        let assertion = try Self.assertion(of: account, for: server, at: connection.seconds)
        let grant = MetricsConnection.escape("urn:ietf:params:oauth:grant-type:jwt-bearer")
        return try await connection.fetch(
            Token.self,
            ServerRequest(
                server, method: "POST", headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
                body: "grant_type=\(grant)&assertion=\(assertion)")
        ).accessToken
    }

    /// A JSON Web Token signed with RS256 (RFC 7523).
    private static func assertion(of account: ServiceAccount, for server: String, at now: Int64) throws
        -> String
    {
        struct Claims: Encodable {
            var iss: String
            var scope = "https://www.googleapis.com/auth/monitoring.read"
            var aud: String
            var iat: Int64
            var exp: Int64
        }
        let claims = Claims(iss: account.clientEmail, aud: server, iat: now, exp: now + 3600)
        let head = base64URL(Data(#"{"alg":"RS256","typ":"JWT"}"#.utf8))
        let text = "\(head).\(base64URL(try JSONEncoder().encode(claims)))"
        do {
            let key = try _RSA.Signing.PrivateKey(pemRepresentation: account.privateKey)
            let signature = try key.signature(for: Data(text.utf8), padding: .insecurePKCS1v1_5)
            return "\(text).\(base64URL(signature.rawRepresentation))"
        } catch {
            throw DeliveryError.credentials("stackdriver's serviceAccountKey has no usable private key")
        }
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
    }
}
