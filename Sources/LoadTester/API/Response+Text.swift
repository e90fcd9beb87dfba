import Foundation
import Hummingbird

extension Response {
    init(_ status: HTTPResponse.Status, text: String) {
        self.init(
            status: status,
            headers: text.isEmpty ? [:] : [.contentType: "text/plain; charset=utf-8"],
            body: text.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    init(_ status: HTTPResponse.Status, json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }
}
