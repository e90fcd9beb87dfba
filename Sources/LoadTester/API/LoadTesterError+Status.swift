import Hummingbird

extension LoadTesterError {
    /// The HTTP status that tells a client of the error.
    var status: HTTPResponse.Status {
        switch self {
        case .payloadUnreadable, .taskRefused: .badRequest
        case .payloadTooLarge: .contentTooLarge
        case .namespaceRefused: .forbidden
        case .taskQueueFull: .tooManyRequests
        case .shuttingDown: .serviceUnavailable
        case .namespacePatternInvalid, .gateDatabaseUnavailable, .gateDatabaseTooNew, .gateReadFailed,
            .gateWriteFailed, .cannotListen:
            .internalServerError
        }
    }
}
