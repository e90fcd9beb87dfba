import SwiftProtobuf

/// Answers reflection requests about the services that Aviary's own programs have.
public struct ReflectionCatalog: Sendable {
    private var files: [String: [UInt8]] = [:]
    private var fileOfSymbol: [String: String] = [:]
    private var services: [String] = []

    /// Knows the health check and reflection itself.
    ///
    /// - Throws: nothing in practice; the texts are part of the program.
    public init() throws(GRPCError) {
        try add(HealthService.source, file: "grpc/health/v1/health.proto")
        for version in ["v1", "v1alpha"] {
            try add(Self.source(version), file: "grpc/reflection/\(version)/reflection.proto")
        }
    }

    /// The services' full names.
    public var serviceNames: [String] { services }

    /// Answers a request.
    public func answer(_ request: ReflectionService.Request) -> ReflectionService.Response {
        switch request {
        case .services: return .services(services)
        case .file(let name):
            guard let file = files[name] else { return Self.notFound("file \(name)") }
            return .files([file])
        case .fileContaining(let symbol):
            guard let file = fileOfSymbol[symbol].flatMap({ files[$0] }) else {
                return Self.notFound("symbol \(symbol)")
            }
            return .files([file])
        case .other:
            return .failure(
                code: StatusCode.unimplemented.rawValue, message: "extensions are not served")
        }
    }

    private static func notFound(_ what: String) -> ReflectionService.Response {
        .failure(code: StatusCode.notFound.rawValue, message: "there is no \(what)")
    }

    private mutating func add(_ source: String, file name: String) throws(GRPCError) {
        for file in try ProtoFiles.descriptors(of: source, file: name) {
            files[file.name] = (try? file.serializedBytes()) ?? []
            for message in file.messageType { register(message, in: file.package, file: file.name) }
            for service in file.service {
                let full = "\(file.package).\(service.name)"
                services.append(full)
                fileOfSymbol[full] = file.name
                for method in service.method { fileOfSymbol["\(full).\(method.name)"] = file.name }
            }
        }
    }

    private mutating func register(
        _ message: Google_Protobuf_DescriptorProto, in scope: String, file: String
    ) {
        let full = "\(scope).\(message.name)"
        fileOfSymbol[full] = file
        for type in message.enumType { fileOfSymbol["\(full).\(type.name)"] = file }
        for nested in message.nestedType { register(nested, in: full, file: file) }
    }

    private static func source(_ version: String) -> String {
        """
        syntax = "proto3";
        package grpc.reflection.\(version);
        service ServerReflection {
          rpc ServerReflectionInfo(stream ServerReflectionRequest) returns (stream ServerReflectionResponse);
        }
        message ServerReflectionRequest {
          string host = 1;
          oneof message_request {
            string file_by_filename = 3; string file_containing_symbol = 4;
            ExtensionRequest file_containing_extension = 5;
            string all_extension_numbers_of_type = 6; string list_services = 7;
          }
        }
        message ExtensionRequest { string containing_type = 1; int32 extension_number = 2; }
        message ServerReflectionResponse {
          string valid_host = 1;
          ServerReflectionRequest original_request = 2;
          oneof message_response {
            FileDescriptorResponse file_descriptor_response = 4;
            ExtensionNumberResponse all_extension_numbers_response = 5;
            ListServiceResponse list_services_response = 6; ErrorResponse error_response = 7;
          }
        }
        message FileDescriptorResponse { repeated bytes file_descriptor_proto = 1; }
        message ExtensionNumberResponse { string base_type_name = 1; repeated int32 extension_number = 2; }
        message ListServiceResponse { repeated ServiceResponse service = 1; }
        message ServiceResponse { string name = 1; }
        message ErrorResponse { int32 error_code = 1; string error_message = 2; }
        """
    }
}
