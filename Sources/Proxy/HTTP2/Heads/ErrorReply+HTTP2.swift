import NIOHPACK

extension ErrorReply {
    /// The head of the answer in HTTP/2; the reason is its body.
    var fields: HPACKHeaders {
        var fields = HPACKHeaders([
            (":status", "\(status)"), ("content-type", "text/plain; charset=utf-8"),
            ("content-length", "\(reason.utf8.count + 1)"),
        ])
        if case .connectRefused = self {
            fields.add(name: "allow", value: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        }
        return fields
    }

    /// The answer to a gRPC call, a head alone.
    var trailersOnly: HPACKHeaders {
        HPACKHeaders([
            (":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "\(grpcStatus)"),
            ("grpc-message", reason),
        ])
    }

    /// Source: the code that grpc/doc/statuscodes.md has for each case.
    private var grpcStatus: Int {
        switch self {
        case .deadlineExceeded, .requestTimeout: 4
        case .bodyTooLarge, .targetTooLong, .headTooLarge: 8
        case .badRequest, .unsupportedTransferEncoding, .unsupportedVersion: 13
        case .connectRefused: 12
        case .badGateway, .noEndpoint, .tooManyConnections, .gatewayTimeout, .overloaded: 14
        }
    }
}
