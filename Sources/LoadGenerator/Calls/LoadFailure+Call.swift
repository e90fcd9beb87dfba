import GRPC
import NIOCore
import NIOHTTP2
import NIOSSL

extension LoadFailure {
    /// The words for an error on a connection with calls.
    static func call(_ error: any Error, isEncrypted: Bool) -> String {
        switch error {
        case let error as NIOSSLError:
            "the TLS handshake failed: \(error); check --cacert, --cname and --skipTLS"
        case let error as NIOSSLExtraError:
            "the server's certificate was refused: \(error); check --cname, or give --skipTLS"
        case is NIOHTTP2Errors.BadClientMagic, is NIOHTTP2Errors.UnableToParseFrame,
            is NIOHTTP2Errors.ReceivedBadSettings, is NIOHTTP2Errors.MissingPreface:
            isEncrypted
                ? "the server does not speak HTTP/2"
                : "the server does not speak HTTP/2 in plaintext; if it has TLS, leave --insecure out"
        default: LoadFailure.exchange(error, hasAnswerBegun: false).description
        }
    }
}
