import JSON
import NIOCore

/// The API server's answer to one try.
struct APIAnswer: Sendable {
    let code: Int
    let retryAfter: Duration?
    let body: ByteBuffer

    var isSuccess: Bool { (200..<300).contains(code) }

    /// The body.
    ///
    /// - Throws: ``KubernetesError/unreadable(_:)`` when it is not JSON.
    func json(for purpose: String) throws(KubernetesError) -> JSONValue {
        try read(for: purpose) { bytes throws(JSONSyntaxError) in try JSONValue(parsing: bytes) }
    }

    /// The body without one of its lists, whose elements are handed over.
    ///
    /// - Throws: ``KubernetesError/unreadable(_:)`` when it is not JSON.
    func json(
        for purpose: String, handingOver list: String, to receive: (JSONValue) -> Void
    ) throws(KubernetesError) -> JSONValue {
        try read(for: purpose) { bytes throws(JSONSyntaxError) in
            try JSONValue.parsing(bytes, handingOver: list, to: receive)
        }
    }

    private func read(
        for purpose: String, _ parse: (UnsafeRawBufferPointer) throws(JSONSyntaxError) -> JSONValue
    ) throws(KubernetesError) -> JSONValue {
        do {
            let result = body.withUnsafeReadableBytes { bytes in
                Result { () throws(JSONSyntaxError) in try parse(bytes) }
            }
            return try result.get()
        } catch {
            throw .unreadable("\(purpose): the answer is not JSON (\(error)): '\(start)'")
        }
    }

    private var start: String {
        String(decoding: body.readableBytesView.prefix(100), as: UTF8.self)
    }

    func error(for purpose: String) -> KubernetesError {
        StatusError.error(code, body: try? JSONValue(reading: body), purpose: purpose)
    }
}

extension JSONValue {
    /// Reads the bytes of a buffer.
    init(reading buffer: ByteBuffer) throws(JSONSyntaxError) {
        let result = buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(JSONSyntaxError) in try JSONValue(parsing: bytes) }
        }
        self = try result.get()
    }
}
