public import GRPC
import NIOCore
import NIOPosix

/// Asks a server by reflection what can be called.
public struct CallDiscovery: Sendable {
    private static let fileLimit = 1000
    private let plan: CallPlan

    /// Asks the server of a plan, with the plan's certificates, metadata and time-outs.
    public init(_ plan: CallPlan) { self.plan = plan }

    /// The description of a service; of all services when `service` is nil.
    ///
    /// - Throws: `CallDiscoveryError`, `GRPCError`, or `LoadError.option` for certificates.
    public func schema(of service: String?) async throws -> Schema {
        let settings = try plan.dialSettings()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let schema = try await schema(of: service, settings, on: group.next())
            try await group.shutdownGracefully()
            return schema
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func schema(
        of service: String?, _ settings: DialSettings, on loop: any EventLoop
    ) async throws -> Schema {
        var missing: CallDiscoveryError?
        for version in ReflectionService.versions {
            let plan = plan
            let slot = try await loop.submit {
                let slot = try CallSlot(
                    loop: loop, dialer: Dialer(loop: loop, settings: settings), plan: plan,
                    method: ReflectionService.method(version))
                return NIOLoopBound(slot, eventLoop: loop)
            }.get()
            defer { loop.execute { slot.value.end(.failed(.cancelled, "done")) } }
            do {
                return try await schema(of: service) { request in try await ask(request, slot) }
            } catch CallDiscoveryError.status(.unimplemented, let message) {
                missing = .unsupported(message)
            }
        }
        throw missing ?? .unsupported("")
    }

    private func schema(
        of service: String?, ask: (ReflectionService.Request) async throws -> ReflectionService.Response
    ) async throws -> Schema {
        var services = service.map { [$0] } ?? []
        if service == nil, case .services(let names) = try await ask(.services) {
            services = names.filter { !ReflectionService.versions.contains($0) }
        }
        var files: [String: [UInt8]] = [:]
        var wanted: [String] = []
        func take(_ response: ReflectionService.Response) throws {
            switch response {
            case .files(let list):
                for file in list {
                    let (name, imports) = try Protoset.imports(of: file)
                    files[name] = file
                    wanted += imports
                }
            case .failure(let code, let message):
                throw CallDiscoveryError.refused(code: StatusCode(rawValue: code) ?? .unknown, message)
            case .services: throw GRPCError.schema("the server answered with services where files belong")
            }
        }
        for name in services {
            let response = try await ask(.fileContaining(name))
            if case .failure(StatusCode.notFound.rawValue, _) = response, service != nil,
                case .services(let names) = try await ask(.services)
            {
                throw GRPCError.method(
                    "there is no service \(name); there is \(names.joined(separator: ", "))")
            }
            try take(response)
        }
        while let name = wanted.popLast() {
            guard files[name] == nil else { continue }
            guard files.count < Self.fileLimit else {
                throw GRPCError.schema("the server describes more than \(Self.fileLimit) files")
            }
            try take(try await ask(.file(named: name)))
            // A server that answers with another file would be asked for ever.
            guard files[name] != nil else { throw GRPCError.schema("the server does not describe \(name)") }
        }
        return try Protoset.schema(ofFiles: Array(files.values))
    }

    private func ask(
        _ request: ReflectionService.Request, _ slot: NIOLoopBound<CallSlot>
    ) async throws -> ReflectionService.Response {
        let timeout = TimeAmount(plan.connectTimeout)
        let frame = MessageFrame.encode(request.message)
        let loop = slot.eventLoop
        let answer = loop.flatSubmit {
            let promise = loop.makePromise(of: [UInt8].self)
            let now = NIODeadline.now()
            let call = Call(message: frame, planned: now, deadline: now + timeout, keepsAnswer: true) {
                call, outcome in
                guard outcome.code == .ok, let message = call.messages.first else {
                    return promise.fail(CallDiscoveryError.status(outcome.code, outcome.message))
                }
                promise.succeed(message)
            }
            slot.value.submit(call)
            let expiry = loop.assumeIsolated().scheduleTask(in: timeout) {
                slot.value.expire(now: .now() + .nanoseconds(1))
            }
            promise.futureResult.assumeIsolated().whenComplete { _ in expiry.cancel() }
            return promise.futureResult
        }
        return try ReflectionService.Response(try await answer.get())
    }
}

/// Why a server could not be asked what it serves.
public enum CallDiscoveryError: Error, Equatable, CustomStringConvertible {
    /// The server has no reflection.
    case unsupported(String)
    /// The question itself failed.
    case status(StatusCode, String)
    /// The server answered that it has no such thing.
    case refused(code: StatusCode, String)

    /// What happened, and what to do about it.
    public var description: String {
        switch self {
        case .unsupported(let message):
            """
            the server has no reflection (\(message)); name the method by --call with --proto or --protoset, \
            or take --call=grpc.health.v1.Health/Check
            """
        case .status(let code, let message):
            "reflection failed: rpc error: code = \(code.name) desc = \(message)"
        case .refused(let code, let message): "reflection: \(code.name): \(message)"
        }
    }
}
