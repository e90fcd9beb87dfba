import AsyncHTTPClient
import NIOHTTP1
import Timing

/// Says why an exchange failed, in words for the user.
enum ExchangeFailure {
    static func describe(_ error: any Error, within timeout: Duration) -> String {
        switch error {
        case is DeadlineExceeded: return "no answer within \(timeout)"
        case is CancellationError: return "cancelled"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return "no answer within \(timeout)"
        case let error as HTTPClientError where error == .connectTimeout:
            return "could not connect within \(timeout)"
        case let error as HTTPClientError
        where error == .redirectLimitReached || error == .redirectCycleDetected:
            return "too many redirects"
        case _ where error as? HTTPParserError == .invalidEOFState,
            _ where error as? HTTPClientError == .remoteConnectionClosed:
            return "connection closed before the answer was complete"
        default: return "\(error)"
        }
    }
}
