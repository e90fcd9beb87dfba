import Foundation
import NIOCore

/// Finds the address behind a name and port that only Aviary knows.
struct HostResolver: Sendable {
    let find: WebhookCaller.Resolver

    /// The URL to dial, and the `Host` header when it is not the one dialled.
    ///
    /// - Throws: `DeliveryError.url`.
    func address(of url: String) throws -> (url: String, host: String?) {
        guard var components = URLComponents(string: url), let host = components.host, !host.isEmpty else {
            throw DeliveryError.url(url)
        }
        let port = components.port ?? (components.scheme == "https" ? 443 : 80)
        guard let found = find(host, port) else { return (url, nil) }
        let header = components.port.map { "\(host):\($0)" } ?? host
        components.host = found.host.contains(":") ? "[\(found.host)]" : found.host
        components.port = found.port
        return (components.string ?? url, header)
    }
}

/// The start of a body; what comes after it is not read.
struct BodyStart: Sendable {
    let text: String
    let isCut: Bool

    init<Parts: AsyncSequence>(of parts: Parts, upTo limit: Int, endingWith ending: String? = nil)
        async throws where Parts.Element == ByteBuffer
    {
        var read = ByteBuffer()
        var isCut = false
        for try await var part in parts {
            let room = limit - read.readableBytes
            if part.readableBytes > room {
                if var last = part.readSlice(length: room) { read.writeBuffer(&last) }
                isCut = true
                break
            }
            read.writeBuffer(&part)
            if let ending, String(buffer: read).contains(ending) { break }
        }
        text = String(decoding: read.readableBytesView, as: UTF8.self)
        self.isCut = isCut
    }
}
