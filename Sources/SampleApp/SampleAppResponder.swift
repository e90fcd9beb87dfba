import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Answers the sample app's paths, whatever the method.
struct SampleAppResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// Largest body `/echo` accepts, in bytes.
    static let echoLimit = 1 << 20
    /// Longest wait of `/delay`, in seconds.
    static let delayLimit = 60.0

    private let configuration: SampleAppConfiguration
    private let readiness: Readiness
    private let errors: ErrorSchedule
    private let calls: GRPCResponder
    private let hostname = ProcessInfo.processInfo.hostName

    init(_ configuration: SampleAppConfiguration, readiness: Readiness) throws {
        self.configuration = configuration
        self.readiness = readiness
        calls = try GRPCResponder(readiness: readiness)
        var generator = SystemRandomNumberGenerator()
        errors = ErrorSchedule(rate: configuration.errorRate, using: &generator)
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        if GRPCResponder.answers(request) {
            return calls.respond(to: request) { self.errors.nextFails() }
        }
        var response = try await answer(request)
        response.headers[.appVersion] = configuration.version
        if readiness.isDraining { response.headers[.connection] = "close" }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request) async throws -> Response {
        let path = request.uri.path.split(separator: "/").map(String.init)
        switch path.first {
        case "healthz" where path.count == 1: return .json(["status": "OK"])
        case "readyz": return readyz(request, path.dropFirst())
        default: break
        }
        try await Task.sleep(for: configuration.latency)
        guard !errors.nextFails() else {
            return .json(["error": "failing on purpose"], status: .internalServerError)
        }
        switch (path.first, path.count) {
        case (nil, _): return home
        case ("version", 1): return .json(["version": configuration.version])
        case ("echo", 1): return try await echo(request)
        case ("status", 2): return status(path[1])
        case ("delay", 2): return try await delay(path[1])
        default: return .json(["error": "no such path: \(request.uri.path)"], status: .notFound)
        }
    }

    private var home: Response {
        .json([
            "hostname": hostname,
            "pid": "\(ProcessInfo.processInfo.processIdentifier)",
            "version": configuration.version,
            "color": configuration.color,
            "message": "greetings from the sample app \(configuration.version)",
        ])
    }

    private func readyz(_ request: Request, _ rest: ArraySlice<String>) -> Response {
        switch rest {
        case []: break
        case ["enable"], ["disable"]:
            guard request.method == .post else {
                return .json(["error": "use POST"], status: .methodNotAllowed)
            }
            rest == ["enable"] ? readiness.enable() : readiness.disable()
            return .json(["status": "OK"], status: .accepted)
        default: return .json(["error": "no such path: \(request.uri.path)"], status: .notFound)
        }
        guard readiness.isReady else {
            return .json(["status": "unavailable"], status: .serviceUnavailable)
        }
        return .json(["status": "OK"])
    }

    private func echo(_ request: Request) async throws -> Response {
        do {
            let body = try await request.body.collect(upTo: Self.echoLimit)
            let type = request.headers[.contentType] ?? "application/octet-stream"
            return Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: body))
        } catch is NIOTooManyBytesError {
            // The rest of the body would have to be read and dropped: hang up instead.
            var response = Response.json(
                ["error": "the body exceeds \(Self.echoLimit) bytes"], status: .contentTooLarge)
            response.headers[.connection] = "close"
            return response
        }
    }

    private func status(_ text: String) -> Response {
        guard let code = Int(text), (200...599).contains(code) else {
            return .json(["error": "\(text) is not a status from 200 to 599"], status: .badRequest)
        }
        guard code != 204, code != 304 else { return Response(status: .init(code: code)).withoutLength }
        return .json(["status": "\(code)"], status: .init(code: code))
    }

    private func delay(_ text: String) async throws -> Response {
        guard let seconds = Double(text), (0...Self.delayLimit).contains(seconds) else {
            return .json(
                ["error": "\(text) is not a number of seconds from 0 to \(Int(Self.delayLimit))"],
                status: .badRequest)
        }
        try await Task.sleep(for: .seconds(seconds))
        return .json(["delay": text])
    }
}

extension HTTPField.Name {
    static let appVersion = HTTPField.Name("X-App-Version") ?? .server
}

extension Response {
    static func json(_ fields: [String: String], status: HTTPResponse.Status = .ok) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(fields)) ?? Data()
        return Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: data + Data("\n".utf8))))
    }

    var withoutLength: Response {
        var response = self
        response.headers[.contentLength] = nil
        return response
    }
}
