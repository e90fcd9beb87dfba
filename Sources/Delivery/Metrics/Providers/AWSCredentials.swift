import Foundation

/// Keys of an AWS account, from where AWS' own programs find them too.
struct AWSCredentials: Decodable, Sendable {
    var accessKey: String
    var secretKey: String
    var sessionToken: String?

    enum CodingKeys: String, CodingKey {
        case accessKey = "AccessKeyId"
        case secretKey = "SecretAccessKey"
        case sessionToken = "SessionToken"
        case token = "Token"
    }

    init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    /// Reads what the token service or a container's credential server answers; they name the token differently.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        accessKey = try fields.decode(String.self, forKey: .accessKey)
        secretKey = try fields.decode(String.self, forKey: .secretKey)
        sessionToken =
            try fields.decodeIfPresent(String.self, forKey: .sessionToken)
            ?? fields.decodeIfPresent(String.self, forKey: .token)
    }

    /// Finds keys: in the secret where there is one; else in the environment, by the role of a service account (IRSA),
    /// or from the credential server of a container (ECS, EKS Pod Identity), in this order.
    ///
    /// - Throws: `DeliveryError` when there are none.
    static func find(for connection: MetricsConnection) async throws -> AWSCredentials {
        if connection.spec.secretRef != nil {
            return AWSCredentials(
                accessKey: try connection.credential("aws_access_key_id"),
                secretKey: try connection.credential("aws_secret_access_key"),
                sessionToken: connection.credentials["aws_session_token"])
        }
        let environment = connection.environment
        if let accessKey = environment["AWS_ACCESS_KEY_ID"],
            let secretKey = environment["AWS_SECRET_ACCESS_KEY"]
        {
            return AWSCredentials(
                accessKey: accessKey, secretKey: secretKey, sessionToken: environment["AWS_SESSION_TOKEN"])
        }
        if let role = environment["AWS_ROLE_ARN"], let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] {
            return try await assume(role, tokenFile: file, connection)
        }
        if let url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            return try await ask(url, connection)
        }
        throw DeliveryError.credentials(
            "cloudwatch has no credentials: neither a secret with aws_access_key_id and aws_secret_access_key, nor "
                + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor the role of a service account or container"
        )
    }

    /// `AssumeRoleWithWebIdentity` of the Security Token Service, which needs no signature.
    private static func assume(
        _ role: String, tokenFile: String, _ connection: MetricsConnection
    ) async throws -> AWSCredentials {
        struct Answer: Decodable {
            var response: Response
            struct Response: Decodable {
                var result: Result
                enum CodingKeys: String, CodingKey { case result = "AssumeRoleWithWebIdentityResult" }
            }
            struct Result: Decodable {
                var credentials: AWSCredentials
                enum CodingKeys: String, CodingKey { case credentials = "Credentials" }
            }
            enum CodingKeys: String, CodingKey { case response = "AssumeRoleWithWebIdentityResponse" }
        }
        let region = connection.spec.region ?? ""
        let server =
            connection.environment["AWS_ENDPOINT_URL_STS"]
            ?? "https://sts.\(region).\(AWSRegion.domain(of: region))"
        let parameters = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", connection.environment["AWS_ROLE_SESSION_NAME"] ?? "aviary"),
            ("WebIdentityToken", try token(in: tokenFile)),
        ].map { "\($0.0)=\(MetricsConnection.escape($0.1))" }.joined(separator: "&")
        let request = ServerRequest(
            server + "/", method: "POST",
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded"),
                .init("Accept", "application/json"),
            ], body: parameters)
        return try await connection.fetch(Answer.self, request).response.result.credentials
    }

    private static func ask(_ url: String, _ connection: MetricsConnection) async throws -> AWSCredentials {
        var token = connection.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        if let file = connection.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            token = try Self.token(in: file)
        }
        let headers = token.map { [ServerRequest.Header("Authorization", $0)] } ?? []
        return try await connection.fetch(AWSCredentials.self, ServerRequest(url, headers: headers))
    }

    private static func token(in file: String) throws -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw DeliveryError.credentials("the token of the service account can't be read from \(file)")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// The domain that the servers of an AWS region are in.
enum AWSRegion {
    static func domain(of region: String) -> String {
        region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    }
}
