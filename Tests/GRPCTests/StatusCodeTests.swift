import GRPC
import Testing

struct StatusCodeTests {
    @Test("names status codes as ghz prints them")
    func names() {
        #expect(
            StatusCode.allCases.map(\.name) == [
                "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound",
                "AlreadyExists",
                "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange",
                "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
            ])
    }
}
