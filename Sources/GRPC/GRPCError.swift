/// Why a description of services, or a message, cannot be used.
public enum GRPCError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A `.proto` or protoset file that cannot be read.
    case file(String, problem: String)
    /// A `.proto` file with a mistake at a line.
    case syntax(file: String, line: Int, problem: String)
    /// Descriptors that do not fit together.
    case schema(String)
    /// A method that is not there or cannot be called.
    case method(String)
    /// JSON that is not the message it should be.
    case data(path: String, problem: String)
    /// Bytes that are no message.
    case malformedMessage(String)

    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .file(let path, let problem): "\(path): \(problem)"
        case .syntax(let file, let line, let problem): "\(file):\(line): \(problem)"
        case .schema(let problem), .method(let problem): problem
        case .data("", let problem): "the data \(problem)"
        case .data(let path, let problem): "the data's \(path) \(problem)"
        case .malformedMessage(let problem): "the message is malformed: \(problem)"
        }
    }
}
