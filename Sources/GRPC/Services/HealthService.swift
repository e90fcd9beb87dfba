/// gRPC's standard health check, `grpc.health.v1.Health`.
///
/// Source: grpc-proto's health.proto; here its definitions in our own words.
public enum HealthService {
    /// Whether a service wants calls.
    public enum Status: UInt64, Sendable {
        case unknown = 0
        case serving = 1
        case notServing = 2
        case serviceUnknown = 3
    }

    /// Its full name.
    public static let name = "grpc.health.v1.Health"
    /// The method that asks once.
    public static let check = MethodName(service: name, method: "Check")

    static let source = """
        syntax = "proto3";
        package grpc.health.v1;
        message HealthCheckRequest { string service = 1; }
        message HealthCheckResponse {
          enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
          ServingStatus status = 1;
        }
        service Health {
          rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
          rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
        }
        """

    /// The service's description, without any file.
    ///
    /// - Throws: nothing in practice; the text is part of the program.
    public static func schema() throws(GRPCError) -> Schema {
        Schema(try ProtoFiles.descriptors(of: source, file: "grpc/health/v1/health.proto"))
    }

    /// The service a request asks for; empty for the server as a whole.
    ///
    /// - Throws: `GRPCError.malformedMessage`.
    public static func service(inRequest message: [UInt8]) throws(GRPCError) -> String {
        let fields = try ProtobufReader.byteFields(of: message)
        return String(decoding: fields[1]?.last ?? [], as: UTF8.self)
    }

    /// The answer that tells a status.
    public static func response(_ status: Status) -> [UInt8] {
        var writer = ProtobufWriter()
        if status != .unknown { writer.field(1, status.rawValue) }
        return writer.bytes
    }
}
