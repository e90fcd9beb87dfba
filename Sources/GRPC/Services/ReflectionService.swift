import SwiftProtobuf

/// gRPC's server reflection: what services a server has, and how their messages look.
///
/// Versions v1 and v1alpha differ in their name alone. Source: grpc-proto's reflection.proto.
public enum ReflectionService {
    /// Full names of the service's versions, the newest first.
    public static let versions = [
        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
    ]

    /// The method of a version; a stream of requests, each with an answer.
    public static func method(_ version: String) -> MethodName {
        MethodName(service: version, method: "ServerReflectionInfo")
    }

    /// What can be asked.
    public enum Request: Sendable, Equatable {
        /// The file of a name.
        case file(named: String)
        /// The file that defines a service, method or message.
        case fileContaining(String)
        /// The names of all services.
        case services
        /// Something else, by the number of its field.
        case other(Int)

        /// The request as a message.
        public var message: [UInt8] {
            var writer = ProtobufWriter()
            switch self {
            case .file(let name): writer.field(3, name.utf8)
            case .fileContaining(let symbol): writer.field(4, symbol.utf8)
            case .services: writer.field(7, "*".utf8)
            case .other(let number): writer.field(Int32(number), [])
            }
            return writer.bytes
        }

        /// Reads a message.
        ///
        /// - Throws: `GRPCError.malformedMessage`.
        public init(_ message: [UInt8]) throws(GRPCError) {
            let fields = try ProtobufReader.byteFields(of: message)
            if let name = fields[3]?.last {
                self = .file(named: String(decoding: name, as: UTF8.self))
            } else if let symbol = fields[4]?.last {
                self = .fileContaining(String(decoding: symbol, as: UTF8.self))
            } else if fields[7] != nil {
                self = .services
            } else {
                self = .other(fields.keys.filter { $0 > 1 }.min() ?? 0)
            }
        }
    }

    /// What is answered.
    public enum Response: Sendable, Equatable {
        /// Compiled files.
        case files([[UInt8]])
        /// Names of services.
        case services([String])
        /// A status code that is not ``StatusCode/ok``, and why.
        case failure(code: Int, message: String)

        /// The answer to a request as a message.
        public func message(to request: [UInt8]) -> [UInt8] {
            var writer = ProtobufWriter()
            writer.field(2, request)
            var body = ProtobufWriter()
            switch self {
            case .files(let files):
                for file in files { body.field(1, file) }
                writer.field(4, body.bytes)
            case .services(let names):
                for name in names {
                    var service = ProtobufWriter()
                    service.field(1, name.utf8)
                    body.field(1, service.bytes)
                }
                writer.field(6, body.bytes)
            case .failure(let code, let message):
                body.field(1, UInt64(code))
                body.field(2, message.utf8)
                writer.field(7, body.bytes)
            }
            return writer.bytes
        }

        /// Reads a message.
        ///
        /// - Throws: `GRPCError.malformedMessage`.
        public init(_ message: [UInt8]) throws(GRPCError) {
            let fields = try ProtobufReader.byteFields(of: message)
            if let body = fields[4]?.last {
                self = .files(try ProtobufReader.byteFields(of: body)[1] ?? [])
            } else if let body = fields[6]?.last {
                var names: [String] = []
                for service in try ProtobufReader.byteFields(of: body)[1] ?? [] {
                    let name = try ProtobufReader.byteFields(of: service)[1]?.last ?? []
                    names.append(String(decoding: name, as: UTF8.self))
                }
                self = .services(names)
            } else if let body = fields[7]?.last {
                self = try Self.failure(in: body)
            } else {
                throw .malformedMessage("the reflection answer is of an unknown kind")
            }
        }

        private static func failure(in body: [UInt8]) throws(GRPCError) -> Response {
            var reader = ProtobufReader(body)
            var (code, text) = (StatusCode.unknown.rawValue, "")
            while let field = try reader.next() {
                switch (field.number, field.value) {
                case (1, .number(let value)): code = Int(truncatingIfNeeded: value)
                case (2, .bytes(let value)): text = String(decoding: value, as: UTF8.self)
                default: break
                }
            }
            return .failure(code: code, message: text)
        }
    }
}
