import Hummingbird

extension LoadTesterError {
    /// The HTTP status that tells a client of the error.
    var status: HTTPResponse.Status {
        switch self {
        case .payloadUnreadable, .taskRefused: .badRequest
        case .payloadTooLarge: .contentTooLarge
        case .tokenMissing, .tokenUnknown: .unauthorized
        case .namespaceRefused, .roleMissing, .webPageRefused, .commandRefused: .forbidden
        case .taskQueueFull, .taskMemoryFull: .tooManyRequests
        // Asked again later, these may go well: the disk has room, another process has let go of the database.
        case .shuttingDown, .gateReadFailed, .gateWriteFailed: .serviceUnavailable
        case .namespacePatternInvalid, .commandPatternInvalid, .tokenFileUnreadable,
            .secretsDirectoryUnusable,
            .tlsFileUnusable, .gateDatabaseUnavailable, .gateDatabaseTooNew, .cannotListen:
            .internalServerError
        }
    }

    /// Headers that tell a client what to do next.
    var headers: HTTPFields {
        switch self {
        case .tokenMissing, .tokenUnknown: [.wwwAuthenticate: "Bearer realm=\"aviary\""]
        // The rest of the body is not waited for.
        case .payloadTooLarge: [.connection: "close"]
        case .taskQueueFull, .taskMemoryFull, .gateReadFailed, .gateWriteFailed: [.retryAfter: "5"]
        default: [:]
        }
    }
}
