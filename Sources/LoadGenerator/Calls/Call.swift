import GRPC
import NIOCore
import NIOHPACK
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
    /// Whoever sends it; set when it is submitted.
    weak var slot: CallSlot?
    /// The messages of the answer, when they are kept.
    private(set) var messages: [[UInt8]] = []

    private var completion: ((Call, CallOutcome) -> Void)?
    private var reader: MessageFrameReader
    private var connection: HTTP2Connection?
    private var stream = HTTP2StreamID.rootStream
    private var httpStatus: Int?
    private var status: CallOutcome?
    private var trouble: CallOutcome?
    private var wasRefused = false

    /// - Parameters:
    ///   - keepsAnswer: whether ``messages`` is filled.
    ///   - completion: called once, at the end.
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

    /// Sends it on a connection with room.
    func start(on connection: HTTP2Connection, headers: HPACKHeaders) {
        self.connection = connection
        stream = connection.open(headers, body: message, owner: self)
    }

    /// Ends it, whatever its state; the server is told if it has it.
    func end(_ outcome: CallOutcome) {
        guard let completion else { return }
        self.completion = nil
        slot?.callEnded(self)
        connection?.cancel(stream)
        completion(self, outcome)
    }
}

extension Call: HTTP2StreamOwner {
    func received(_ headers: HPACKHeaders, on stream: HTTP2StreamID) {
        let text = headers.first(name: "grpc-status")
        if let text {
            let code = Int(text).flatMap { StatusCode(rawValue: $0) } ?? .unknown
            let message = StatusMessage.decode((headers.first(name: "grpc-message") ?? "").prefix(1000))
            status = code == .ok ? .ok : .failed(code, message)
        }
        guard httpStatus == nil, let code = headers.first(name: ":status").flatMap({ Int($0) }),
            code >= 200
        else { return }
        httpStatus = code
        let type = headers.first(name: "content-type") ?? ""
        guard text == nil else { return }
        if code != 200 {
            trouble = .failed(StatusCode(httpStatus: code), "the answer is HTTP \(code), not gRPC")
        } else if !type.hasPrefix("application/grpc") {
            trouble = .failed(.unknown, "the answer has the content-type \"\(type.prefix(100))\"")
        }
    }

    func received(_ bytes: ByteBuffer, on stream: HTTP2StreamID) {
        guard trouble == nil else { return }
        do throws(MessageFrameReader.Trouble) {
            messages += try reader.append(bytes)
        } catch {
            switch error {
            case .compressed: end(.failed(.internal, "the answer is compressed, which was not asked for"))
            case .tooLong(let length):
                end(.failed(.resourceExhausted, "the answer has \(length) bytes, above \(Self.answerLimit)"))
            }
        }
    }

    func ended(_ stream: HTTP2StreamID) {
        connection = nil
        slot?.callAnswered()
        guard let status else {
            return end(trouble ?? .failed(.internal, "the answer ended without a status"))
        }
        guard status.code == .ok else { return end(status) }
        guard reader.isBetweenMessages, reader.count == 1 else {
            let count = reader.isBetweenMessages ? "\(reader.count) messages" : "a broken message"
            return end(.failed(.internal, "the answer is OK with \(count) where one belongs"))
        }
        end(.ok)
    }

    func failed(_ stream: HTTP2StreamID, _ failure: LoadFailure, retry: RetryAdvice) {
        connection = nil
        if retry == .unprocessed, !wasRefused, completion != nil, let slot {
            // The server never saw it, so that it is not sent twice.
            wasRefused = true
            return slot.submit(self)
        }
        let code: StatusCode =
            switch failure {
            case .streamReset(.cancel): .cancelled
            case .streamReset(.enhanceYourCalm): .resourceExhausted
            case .streamReset(.inadequateSecurity): .permissionDenied
            case .streamReset(.refusedStream): .unavailable
            default: failure.cause == .reset || failure.cause == .http2 ? .internal : .unavailable
            }
        end(.failed(code, failure.description))
    }
}
