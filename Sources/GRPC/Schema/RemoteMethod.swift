package import SwiftProtobuf

/// A service's method as its description has it.
public struct RemoteMethod: Sendable, Equatable {
    /// Service and method.
    public let name: MethodName
    /// Full name of the message it takes.
    public let input: String
    /// Whether it takes one message and answers one.
    public let isUnary: Bool

    package init(service: String, descriptor: Google_Protobuf_MethodDescriptorProto) {
        name = MethodName(service: service, method: descriptor.name)
        input = String(descriptor.inputType.drop { $0 == "." })
        isUnary = !descriptor.clientStreaming && !descriptor.serverStreaming
    }
}
