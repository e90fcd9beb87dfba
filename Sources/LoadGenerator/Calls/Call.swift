import GRPC
import NIOCore
import NIOHTTP2

/// How a call ended.
struct CallOutcome: Sendable {
    var code: StatusCode
    var message = ""

    static let ok = CallOutcome(code: .ok)

    static func failed(_ code: StatusCode, _ message: String) -> CallOutcome {
        CallOutcome(code: code, message: message)
    }
}

/// One unary call under way; bound to its event loop.
final class Call {
    /// Bytes of an answer at most.
    static let answerLimit = 64 << 20

    /// When it was to start, which is what its latency counts from.
    let planned: NIODeadline
    let deadline: NIODeadline
    /// What is sent, framed.
    let message: ByteBuffer
    /// Its place on the connection; nil until it is sent.
    var streamID: HTTP2StreamID?
    /// Whether the request's last byte was handed over.
    var isSent = false
    /// Whether the server refused it untouched once already.
    var wasRefused = false
    /// Called once, at the end.
    let completion: (Call, CallOutcome) -> Void

    private var reader: MessageFrameReader
    private(set) var messages: [[UInt8]] = []
    private var httpStatus: Int?
    private var trouble: CallOutcome?

    /// - Parameter keepsAnswer: whether ``messages`` is filled.
    init(
        message: ByteBuffer, planned: NIODeadline, deadline: NIODeadline, keepsAnswer: Bool = false,
        completion: @escaping (Call, CallOutcome) -> Void
    ) {
        self.message = message
        self.planned = planned
        self.deadline = deadline
        self.completion = completion
        reader = MessageFrameReader(limit: Self.answerLimit, keepsMessages: keepsAnswer)
    }

    /// Takes over headers; returns the outcome when they end the stream.
    func received(_ headers: [(name: String, value: String)], endStream: Bool) -> CallOutcome? {
        var fields: [String: String] = [:]
        for field in headers where fields[field.name] == nil { fields[field.name] = field.value }
        if httpStatus == nil, let status = fields[":status"].flatMap({ Int($0) }) {
            if (100..<200).contains(status) { return nil }
            httpStatus = status
            let type = fields["content-type"] ?? ""
            if fields["grpc-status"] == nil, status != 200 {
                trouble = .failed(StatusCode(httpStatus: status), "the answer is HTTP \(status), not gRPC")
            } else if fields["grpc-status"] == nil, !type.hasPrefix("application/grpc") {
                trouble = .failed(.unknown, "the answer has the content-type \"\(type.prefix(100))\"")
            }
        }
        return endStream ? end(fields) : nil
    }

    /// Takes over a piece of the answer; returns the outcome when it ends the stream or cannot go on.
    func received(_ bytes: ByteBuffer, endStream: Bool) -> CallOutcome? {
        if trouble == nil {
            do throws(MessageFrameReader.Trouble) {
                messages += try reader.append(bytes)
            } catch {
                return Self.outcome(of: error)
            }
        }
        return endStream ? trouble ?? .failed(.internal, "the answer ended without a status") : nil
    }

    private static func outcome(of trouble: MessageFrameReader.Trouble) -> CallOutcome {
        switch trouble {
        case .compressed: .failed(.internal, "the answer is compressed, which was not asked for")
        case .tooLong(let length):
            .failed(.resourceExhausted, "the answer has \(length) bytes, above \(answerLimit)")
        }
    }

    private func end(_ fields: [String: String]) -> CallOutcome {
        guard let text = fields["grpc-status"] else {
            return trouble ?? .failed(.unknown, "the answer ended without a status")
        }
        let code = Int(text).flatMap { StatusCode(rawValue: $0) } ?? .unknown
        guard code == .ok else {
            return .failed(code, StatusMessage.decode((fields["grpc-message"] ?? "").prefix(1000)))
        }
        guard reader.isBetweenMessages, reader.count == 1 else {
            let count = reader.isBetweenMessages ? "\(reader.count) messages" : "a broken message"
            return .failed(.internal, "the answer is OK with \(count) where one belongs")
        }
        return .ok
    }
}
