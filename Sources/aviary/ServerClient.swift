import AsyncHTTPClient
import Foundation
import NIOCore
import Standalone

/// Talks to a running `aviary run`.
struct ServerClient {
    /// Why a call failed, in words for a person.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let defaultServer = "http://127.0.0.1:8080"
    static let longestAnswer = 64 << 20

    let server: String

    /// Finds the server: the option, `AVIARY_SERVER`, or the default.
    init(_ option: String?) {
        let found = option ?? ProcessInfo.processInfo.environment["AVIARY_SERVER"] ?? Self.defaultServer
        server = found.hasSuffix("/") ? String(found.dropLast()) : found
    }

    func canaries() async throws -> [CanarySnapshot] {
        try JSONDecoder().decode(CanaryList.self, from: try await call(.GET, "/api/canaries")).items
    }

    func history(of key: CanaryKey, after id: Int64, limit: Int = 500) async throws -> [HistoryLine] {
        let path = "/api/namespaces/\(key.namespace)/canaries/\(key.name)/history?after=\(id)&limit=\(limit)"
        return try JSONDecoder().decode([HistoryLine].self, from: try await call(.GET, path))
    }

    /// Sends a request and returns the body of a 2xx.
    ///
    /// - Throws: `Failure` when the server can't be reached or refuses, saying what to do.
    func call(_ method: HTTPMethodName, _ path: String, body: Data? = nil) async throws -> Data {
        var request = HTTPClientRequest(url: server + path)
        request.method = .init(rawValue: method.rawValue)
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response: HTTPClientResponse
        let bytes: ByteBuffer
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(90))
            bytes = try await response.body.collect(upTo: Self.longestAnswer)
        } catch {
            throw Failure(
                description: """
                    no Aviary answers at \(server) (\(error)): start one with `aviary run FILE`, \
                    or name it with --server or AVIARY_SERVER
                    """)
        }
        guard (200..<300).contains(response.status.code) else {
            throw Failure(description: Self.message(of: bytes) ?? "\(server)\(path) answered \(response.status)")
        }
        return Data(bytes.readableBytesView)
    }

    /// The `message` of the server's error object.
    private static func message(of bytes: ByteBuffer) -> String? {
        struct Refusal: Decodable {
            struct Inner: Decodable { var message: String }
            var error: Inner
        }
        let data = Data(bytes.readableBytesView)
        if let refusal = try? JSONDecoder().decode(Refusal.self, from: data) { return refusal.error.message }
        let text = String(decoding: data, as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    enum HTTPMethodName: String { case GET, POST }
}
