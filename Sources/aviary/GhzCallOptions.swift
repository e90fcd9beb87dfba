import ArgumentParser
import Foundation
import GRPC
import JSON
import LoadGenerator

/// The method that ghz calls, and with what.
struct GhzCallOptions: ParsableArguments {
    @Option(help: "Method, as package.Service/Method or package.Service.Method.")
    var call: String?

    @Option(help: ".proto file that describes it.")
    var proto: String?

    @Option(help: "Compiled description, of protoc --include_imports --descriptor_set_out.")
    var protoset: String?

    @Option(name: [.customShort("i"), .long], help: "Folders to look for imports in, separated by commas.")
    var importPaths: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "Message as JSON; a list is sent in turn; @ reads standard input.")
    var data: String?

    @Option(name: [.customShort("D"), .long], help: "File with the message as JSON.")
    var dataFile: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: "Metadata as a JSON object of texts.")
    var metadata: String?

    @Option(name: [.customShort("M"), .long], help: "File with the metadata.")
    var metadataFile: String?

    @Option(help: "Metadata for the questions to reflection alone.")
    var reflectMetadata: String?

    @Option(help: "The :authority of the calls. (default: host:port)")
    var authority: String?

    private static let fileLimit = 64 << 20

    /// Metadata of the calls.
    ///
    /// - Throws: `LoadError`.
    func callMetadata() throws -> CallMetadata {
        if let metadata, !metadata.isEmpty { return try CallMetadata(json: metadata) }
        guard let metadataFile else { return CallMetadata() }
        return try CallMetadata(
            json: String(decoding: try Self.read(metadataFile, flag: "-M"), as: UTF8.self))
    }

    /// Finds the method and makes its messages.
    ///
    /// - Throws: `LoadError`, `GRPCError` or `CallDiscoveryError`, in words for the user.
    func fill(_ plan: inout CallPlan) async throws {
        let name = try call.map { (text) throws(GRPCError) in try MethodName(text) }
        let schema = try await schema(for: name, plan)
        let method = try name.map { try schema.method($0) } ?? Self.choice(of: schema)
        guard method.isUnary else {
            throw GRPCError.method("\(method.name) is a stream; only unary methods can be called")
        }
        plan.method = method.name
        plan.messages = try messages(of: method, schema)
    }

    private func schema(for name: MethodName?, _ plan: CallPlan) async throws -> Schema {
        let isBuiltIn = name == HealthService.check
        if let proto {
            if isBuiltIn, !FileManager.default.fileExists(atPath: proto) { return try HealthService.schema() }
            let folders = (importPaths ?? "").split(separator: ",").map(String.init)
            return try ProtoFiles.schema(proto, importPaths: folders)
        }
        if let protoset { return try Protoset.schema(protoset) }
        if isBuiltIn { return try HealthService.schema() }
        var discovery = plan
        if let reflectMetadata { discovery.metadata = try CallMetadata(json: reflectMetadata) }
        return try await CallDiscovery(discovery).schema(of: name?.service)
    }

    /// The method to call when none is named.
    private static func choice(of schema: Schema) throws -> RemoteMethod {
        let methods = schema.serviceNames.flatMap { schema.methods(of: $0) }.filter(\.isUnary)
        if let check = methods.first(where: { $0.name == HealthService.check }) { return check }
        if methods.count == 1 { return methods[0] }
        guard !methods.isEmpty else {
            throw GRPCError.method("there is no unary method to call, and no health check")
        }
        throw GRPCError.method(
            "choose a method by --call:\n" + methods.map { "  --call=\($0.name)" }.joined(separator: "\n"))
    }

    private func messages(of method: RemoteMethod, _ schema: Schema) throws -> [[UInt8]] {
        let encoder = MessageEncoder(schema: schema)
        guard let text = try dataText() else {
            return [try encoder.encode(.object([:]), as: method.input)]
        }
        guard !text.contains("{{") else {
            throw GRPCError.data(path: "", problem: "has a template ({{), which is not supported yet")
        }
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch let DecodingError.dataCorrupted(context) {
            let reason = context.underlyingError.map { "\($0)" } ?? context.debugDescription
            throw GRPCError.data(path: "", problem: "is no JSON: \(reason)")
        }
        guard case .array(let list) = value else { return [try encoder.encode(value, as: method.input)] }
        guard !list.isEmpty else {
            throw GRPCError.data(path: "", problem: "is an empty list; give at least one message")
        }
        return try list.map { try encoder.encode($0, as: method.input) }
    }

    private func dataText() throws -> String? {
        if data == "@" {
            let input = try FileHandle.standardInput.read(upToCount: Self.fileLimit) ?? Data()
            return String(decoding: input, as: UTF8.self)
        }
        if let data { return data.isEmpty ? nil : data }
        return try dataFile.map { String(decoding: try Self.read($0, flag: "-D"), as: UTF8.self) }
    }

    private static func read(_ path: String, flag: String) throws -> Data {
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            let data = try file.read(upToCount: fileLimit + 1) ?? Data()
            guard data.count <= fileLimit else {
                throw LoadError.option("\(flag) names a file above 64 MiB: \(path)")
            }
            return data
        } catch let error as LoadError {
            throw error
        } catch {
            throw LoadError.option("\(flag) cannot be read: \(path): \(error.localizedDescription)")
        }
    }
}
