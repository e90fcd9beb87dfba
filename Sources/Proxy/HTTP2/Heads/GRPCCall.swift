/// What the proxy has to know of gRPC.
enum GRPCCall {
    /// Whether a body of this type is a gRPC call; gRPC-Web, which keeps its trailers in the body, is not.
    static func isContentType(_ value: String) -> Bool {
        guard value.hasPrefix("application/grpc") else { return false }
        switch value.utf8.dropFirst("application/grpc".utf8.count).first {
        case nil, UInt8(ascii: "+"), UInt8(ascii: ";"): return true
        default: return false
        }
    }

    /// Reads `grpc-timeout`: at most eight digits and a unit.
    static func nanoseconds(timeout: String) -> UInt64? {
        guard timeout.utf8.count <= 9, let number = UInt64(timeout.dropLast()) else { return nil }
        let unit: UInt64
        switch timeout.last {
        case "H": unit = 3_600_000_000_000
        case "M": unit = 60_000_000_000
        case "S": unit = 1_000_000_000
        case "m": unit = 1_000_000
        case "u": unit = 1000
        case "n": unit = 1
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow || product > .max / 4 ? nil : product
    }

    /// Whether a call that ended so failed through the server's fault.
    ///
    /// - Parameters:
    ///   - status: `grpc-status`; nil when there was none.
    ///   - httpStatus: the status of the response, which speaks for it where there was none.
    static func isFailure(status: String?, httpStatus: Int) -> Bool {
        guard let status else {
            // Source: grpc/doc/http-grpc-status-mapping.md.
            return httpStatus != 401 && httpStatus != 403
        }
        // Unknown, deadline exceeded, unimplemented, internal, unavailable and data loss.
        switch Int(status) {
        case 2, 4, 12, 13, 14, 15, nil: return true
        default: return false
        }
    }
}
