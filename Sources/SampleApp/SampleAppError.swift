/// Why the sample app did not start.
public enum SampleAppError: Error, CustomStringConvertible {
    /// A value is out of its range.
    case configuration(field: String, problem: String)
    /// The address could not be bound.
    case listen(host: String, port: Int, cause: any Error)

    /// The field or address, and what to do about it.
    public var description: String {
        switch self {
        case .configuration(let field, let problem): "\(field) \(problem)"
        case .listen(let host, let port, let cause):
            "cannot listen on \(host):\(port): \(cause); choose another --host or --port"
        }
    }
}
