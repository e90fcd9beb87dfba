import Foundation

/// A form as `multipart/form-data` (RFC 7578).
struct MultipartForm {
    private let boundary = "aviary-\(UUID().uuidString)"
    private var bytes: [UInt8] = []

    mutating func add(_ name: String, _ value: String) {
        let quoted = name.replacing("\"", with: "%22").replacing("\r", with: "%0D").replacing(
            "\n", with: "%0A")
        bytes += Array(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(quoted)\"\r\n\r\n\(value)\r\n".utf8)
    }

    var body: RemoteServer.Body {
        RemoteServer.Body(
            contentType: "multipart/form-data; boundary=\(boundary)",
            bytes: bytes + Array("--\(boundary)--\r\n".utf8))
    }
}
