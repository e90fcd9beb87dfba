import GRPC
import HTTPTypes
import Hummingbird
import NIOCore

/// Answers gRPC: the standard health check, which is the answer of `/readyz`, and reflection.
struct GRPCResponder: Sendable {
    private static let requestLimit = 1 << 20

    private let readiness: Readiness
    private let catalog: ReflectionCatalog

    init(readiness: Readiness) throws {
        self.readiness = readiness
        catalog = try ReflectionCatalog()
    }

    /// Whether a request is a call.
    static func answers(_ request: Request) -> Bool {
        request.headers[.contentType]?.hasPrefix("application/grpc") == true
    }

    /// Answers a call; reflection, by which clients find out what to call, never fails on purpose.
    func respond(to request: Request, failing: () -> Bool) -> Response {
        let path = request.uri.path
        if path == HealthService.check.path {
            guard !failing() else { return Self.refusal(.internal, "failing on purpose") }
            return stream(request) { message in try check(message) }
        }
        if ReflectionService.versions.contains(where: { ReflectionService.method($0).path == path }) {
            return stream(request) { message in
                catalog.answer(try ReflectionService.Request(message)).message(to: message)
            }
        }
        return Self.refusal(.unimplemented, "unknown method \(path)")
    }

    private func check(_ message: [UInt8]) throws -> [UInt8] {
        let service = try HealthService.service(inRequest: message)
        guard service.isEmpty || catalog.serviceNames.contains(service) else {
            throw Failure(code: .notFound, message: "unknown service \(service)")
        }
        return HealthService.response(readiness.isReady ? .serving : .notServing)
    }

    private struct Failure: Error {
        let code: StatusCode
        let message: String
    }

    /// Answers each message of the request with one, as they come.
    private func stream(
        _ request: Request, _ answer: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) -> Response {
        Response(
            status: .ok, headers: Self.headers,
            body: .init { writer in
                var reader = MessageFrameReader(limit: Self.requestLimit)
                var end = HTTPFields([.init(name: .grpcStatus, value: "0")])
                do {
                    for try await bytes in request.body {
                        for message in try reader.append(bytes) {
                            try await writer.write(MessageFrame.encode(try answer(message)))
                        }
                    }
                } catch let failure as Failure {
                    end = Self.status(failure.code, failure.message)
                } catch let error as GRPCError {
                    end = Self.status(.invalidArgument, "\(error)")
                } catch let trouble as MessageFrameReader.Trouble {
                    end = Self.status(.unimplemented, "the message cannot be read: \(trouble)")
                }
                try await writer.finish(end)
            })
    }

    private static func refusal(_ code: StatusCode, _ message: String) -> Response {
        Response(status: .ok, headers: headers + status(code, message))
    }

    private static let headers: HTTPFields = [.contentType: "application/grpc"]

    private static func status(_ code: StatusCode, _ message: String) -> HTTPFields {
        var fields = HTTPFields()
        fields[.grpcStatus] = "\(code.rawValue)"
        fields[.grpcMessage] = StatusMessage.encode(message)
        return fields
    }
}

extension HTTPField.Name {
    fileprivate static let grpcStatus = HTTPField.Name("grpc-status") ?? .server
    fileprivate static let grpcMessage = HTTPField.Name("grpc-message") ?? .server
}

extension HTTPFields {
    fileprivate static func + (left: HTTPFields, right: HTTPFields) -> HTTPFields {
        var sum = left
        for field in right { sum.append(field) }
        return sum
    }
}
