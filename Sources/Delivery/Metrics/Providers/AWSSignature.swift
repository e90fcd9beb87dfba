import Crypto
import Foundation

/// Signs requests to AWS: Signature Version 4.
struct AWSSignature: Sendable {
    var accessKey: String
    var secretKey: String
    var sessionToken: String?
    var region: String
    var service: String

    /// The headers of a signed POST to `/`, without those that are signed along with them.
    ///
    /// - Parameters:
    ///   - headers: what is signed besides host and date; names in lower case.
    ///   - date: when it is sent; servers refuse it some minutes later.
    func headers(host: String, headers: [(String, String)], body: String, date: Date) -> [(String, String)] {
        let stamp = Self.stamp(date)
        let day = String(stamp.prefix(8))
        var signed = headers + [("host", host), ("x-amz-date", stamp)]
        if let sessionToken { signed.append(("x-amz-security-token", sessionToken)) }
        signed.sort { $0.0 < $1.0 }
        let names = signed.map(\.0).joined(separator: ";")
        let canonical = [
            "POST", "/", "", signed.map { "\($0.0):\($0.1)\n" }.joined(), names, Self.hash(body),
        ].joined(separator: "\n")
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = ["AWS4-HMAC-SHA256", stamp, scope, Self.hash(canonical)].joined(separator: "\n")
        let key = [day, region, service, "aws4_request"].reduce(Data("AWS4\(secretKey)".utf8)) {
            Self.authenticate($1, with: $0)
        }
        let signature = Self.authenticate(text, with: key).hexadecimal
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return signed.filter { $0.0 != "host" } + [("authorization", authorization)]
    }

    private static func stamp(_ date: Date) -> String {
        date.formatted(.iso8601).replacing("-", with: "").replacing(":", with: "")
    }

    private static func hash(_ text: String) -> String { SHA256.hash(data: Data(text.utf8)).hexadecimal }

    private static func authenticate(_ text: String, with key: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }
}
