import CryptoExtras
import FlaggerAPI
import Foundation
import Testing

@testable import Delivery

@Suite("Metrics providers of clouds")
struct CloudProviderTests {
    /// The expected signature was made by botocore, the library of AWS, for the same request and time.
    @Test("signs as botocore does")
    func signature() throws {
        let signature = AWSSignature(
            accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "eu-central-1",
            service: "monitoring")
        let headers = signature.headers(
            host: "monitoring.eu-central-1.amazonaws.com",
            headers: [
                ("content-type", "application/x-amz-json-1.0"),
                ("x-amz-target", "GraniteServiceVersion20100801.GetMetricData"),
            ], body: #"{"MaxDatapoints":20}"#, date: Date(timeIntervalSince1970: 1_700_000_000))
        let authorization = try #require(headers.first { $0.0 == "authorization" }?.1)
        #expect(
            authorization
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/eu-central-1/monitoring/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=99a621ce796168a56561b050a5b5306f10a294ed62ea8f819295167d5d79ffaa"
        )
    }

    private static let keys = ["aws_access_key_id": "AKID", "aws_secret_access_key": "secret"]

    @Test("asks CloudWatch for ten intervals with the query as it is")
    func cloudwatch() async throws {
        let trial = try await ProviderTrial.run(
            .cloudwatch,
            [RawServer.response(200, #"{"MetricDataResults":[{"Id":"e1","Values":[0.5,0.7]}]}"#)],
            query: #"[{"Id":"e1","Expression":"m1 / m2"}]"#, credentials: Self.keys, region: "eu-central-1")
        #expect(trial.value == 0.5)
        let request = try #require(trial.requests.first)
        #expect(request.headers["x-amz-target"] == "GraniteServiceVersion20100801.GetMetricData")
        #expect(request.headers["content-type"] == "application/x-amz-json-1.0")
        #expect(
            request.headers["authorization"]?.contains("Credential=AKID/20231114/eu-central-1/monitoring")
                == true)
        let body = try request.json()
        #expect(body["StartTime"] as? Int == 1_699_999_400)
        #expect(body["EndTime"] as? Int == 1_700_000_000)
        #expect(body["MetricDataQueries"] as? [[String: String]] == [["Id": "e1", "Expression": "m1 / m2"]])
    }

    @Test("takes CloudWatch's complaint about an empty query for being online, and no other")
    func cloudwatchOnline() async throws {
        let online = try await ProviderTrial.run(
            .cloudwatch, [RawServer.response(400, #"{"__type":"ValidationError"}"#)], query: nil,
            credentials: Self.keys, region: "eu-central-1")
        #expect(online.failure == nil)
        let refused = try await ProviderTrial.run(
            .cloudwatch, [RawServer.response(400, #"{"__type":"UnrecognizedClientException"}"#)], query: nil,
            credentials: Self.keys, region: "eu-central-1")
        #expect(refused.failure?.contains("UnrecognizedClientException") == true)
    }

    private func askWithoutSecret(
        _ answers: [RawServer.Answer], environment: (_ port: Int) -> [String: String]
    ) async throws -> [ReceivedRequest] {
        let server = try await RawServer(
            answers + [RawServer.response(200, #"{"MetricDataResults":[{"Values":[0.5]}]}"#)])
        let value = try await PatientClient.run { client in
            var spec = MetricTemplate.Provider(type: "cloudwatch", address: "http://127.0.0.1:\(server.port)")
            spec.region = "eu-central-1"
            let provider = try CloudWatchProvider(
                MetricsConnection(spec, client: client, environment: environment(server.port)))
            return try? await provider.value(of: "[]")
        }
        await server.stop()
        #expect(value == (server.requests.isEmpty ? nil : 0.5))
        return server.requests.map(ReceivedRequest.init)
    }

    @Test("asks CloudWatch in the role of its service account, or of its container, or not at all")
    func roles() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID())").path
        try "the.web.token\n".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let keys = #""AccessKeyId":"ASIA","SecretAccessKey":"s""#
        let assumed =
            #"{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":"#
        let account = try await askWithoutSecret(
            [RawServer.response(200, "\(assumed){\(keys),\"SessionToken\":\"st\"}}}}")]
        ) { port in
            [
                "AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": file,
                "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:\(port)",
            ]
        }
        try #require(account.count == 2)
        #expect(account[0].body.contains("Action=AssumeRoleWithWebIdentity"))
        #expect(account[0].body.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"))
        #expect(account[0].body.contains("WebIdentityToken=the.web.token"))
        #expect(account[1].headers["x-amz-security-token"] == "st")
        #expect(account[1].headers["authorization"]?.contains("Credential=ASIA/") == true)

        let container = try await askWithoutSecret([RawServer.response(200, "{\(keys),\"Token\":\"ct\"}")]) {
            port in
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(port)/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file,
            ]
        }
        try #require(container.count == 2)
        #expect(container[0].line == "GET /v1/credentials HTTP/1.1")
        #expect(container[0].headers["authorization"] == "the.web.token")
        #expect(container[1].headers["x-amz-security-token"] == "ct")

        #expect(try await askWithoutSecret([]) { _ in [:] }.isEmpty)
    }

    @Test("asks Google with a token that its own key signed for")
    func stackdriver() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let account = try JSONSerialization.data(withJSONObject: [
            "client_email": "a@b", "private_key": key.pemRepresentation, "token_uri": "TOKEN",
        ])
        let server = try await RawServer([
            RawServer.response(200, #"{"access_token":"ya29"}"#),
            RawServer.response(
                200, #"{"timeSeriesData":[{"pointData":[{"values":[{"doubleValue":12.5}]}]}]}"#),
        ])
        let base = "http://127.0.0.1:\(server.port)"
        let json = String(decoding: account, as: UTF8.self).replacing("TOKEN", with: "\(base)/token")
        try await PatientClient.run { client in
            var spec = MetricTemplate.Provider(type: "stackdriver", address: base)
            spec.secretRef = SecretReference(name: "gcloud-sa")
            let provider = try StackdriverProvider(
                MetricsConnection(
                    spec, credentials: Credentials(["project": "p", "serviceAccountKey": json]),
                    client: client,
                    now: { Date(timeIntervalSince1970: 1_700_000_000) }))
            #expect(try await provider.value(of: "fetch x") == 12.5)
        }
        await server.stop()
        let requests = server.requests.map(ReceivedRequest.init)
        let assertion = try #require(requests[0].body.split(separator: "=").last).split(separator: ".")
        try #require(assertion.count == 3)
        let signature = _RSA.Signing.RSASignature(rawRepresentation: try #require(Self.decode(assertion[2])))
        #expect(
            key.publicKey.isValidSignature(
                signature, for: Data("\(assertion[0]).\(assertion[1])".utf8), padding: .insecurePKCS1v1_5))
        let claims = String(decoding: try #require(Self.decode(assertion[1])), as: UTF8.self)
        #expect(claims.contains(#""iss":"a@b""#))
        #expect(requests[1].line == "POST /v3/projects/p/timeSeries:query HTTP/1.1")
        #expect(requests[1].headers["authorization"] == "Bearer ya29")
        #expect(requests[1].body == #"{"query":"fetch x"}"#)
    }

    private static func decode(_ text: Substring) -> Data? {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        while base64.count % 4 != 0 { base64 += "=" }
        return Data(base64Encoded: String(base64))
    }

    @Test("asks Google with the token of the machine where the secret has no key")
    func metadataServer() async throws {
        let trial = try await ProviderTrial.run(
            .stackdriver,
            [
                RawServer.response(200, #"{"access_token":"machine"}"#),
                RawServer.response(
                    200, #"{"timeSeriesData":[{"pointData":[{"values":[{"int64Value":"3"}]}]}]}"#),
            ], credentials: ["project": "p"])
        #expect(trial.value == 3)
        #expect(trial.requests.first?.headers["metadata-flavor"] == "Google")
        #expect(trial.requests.last?.headers["authorization"] == "Bearer machine")
    }
}
