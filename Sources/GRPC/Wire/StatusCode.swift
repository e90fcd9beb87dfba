/// How a call ended (gRPC's status codes).
public enum StatusCode: Int, Sendable, CaseIterable, Comparable {
    case ok = 0
    case cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
    case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable
    case dataLoss, unauthenticated

    /// The code as gRPC's Go implementation spells it, which is what ghz prints.
    public var name: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "Canceled"
        default:
            "\(self)".prefix(1).uppercased() + "\(self)".dropFirst()
        }
    }

    /// The code for an answer that is not gRPC's, by its HTTP status.
    ///
    /// Source: grpc/doc/http-grpc-status-mapping.md.
    public init(httpStatus: Int) {
        switch httpStatus {
        case 400: self = .internal
        case 401: self = .unauthenticated
        case 403: self = .permissionDenied
        case 404: self = .unimplemented
        case 429, 502, 503, 504: self = .unavailable
        default: self = .unknown
        }
    }

    /// Orders codes by their number.
    public static func < (left: StatusCode, right: StatusCode) -> Bool { left.rawValue < right.rawValue }
}
