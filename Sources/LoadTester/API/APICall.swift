import Foundation
import Hummingbird
import NIOCore

/// One request to the load tester: who calls, and what the payload says.
struct APICall {
    private(set) var request: Request
    let context: any RequestContext
    let routes: LoadTesterRoutes
    let access: Access
    private(set) var caller = AccessControl.Caller.anybody
    private var readPayload: HookPayload?

    init(request: Request, context: any RequestContext, routes: LoadTesterRoutes, access: Access) {
        self.request = request
        self.context = context
        self.routes = routes
        self.access = access
    }

    /// Finds out who calls, before anything else is done.
    ///
    /// A hook of a Canary cannot send headers: its token may stand in the payload, as `metadata.token`.
    mutating func admit() async throws {
        try request.refuseWebPages(from: access)
        var token = request.token
        if token == nil, routes.access.isOn, case .role = access {
            do {
                let payload = try await readBody()
                token = payload.metadata["token"]
                readPayload = payload
            } catch LoadTesterError.payloadUnreadable {
                throw LoadTesterError.tokenMissing
            }
        }
        caller = try routes.access.admit(token, to: access)
    }

    /// Reads the payload of the request and checks that its namespace is allowed.
    mutating func payload() async throws -> HookPayload {
        let payload = if let readPayload { readPayload } else { try await readBody() }
        try routes.namespaceFilter.require(payload.namespace)
        return payload
    }

    private mutating func readBody() async throws -> HookPayload {
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > routes.bodyLimit
        {
            throw LoadTesterError.payloadTooLarge(limit: routes.bodyLimit)
        }
        let body: ByteBuffer
        do {
            body = try await request.collectBody(upTo: routes.bodyLimit)
        } catch is NIOTooManyBytesError {
            throw LoadTesterError.payloadTooLarge(limit: routes.bodyLimit)
        }
        return try HookPayload(json: Data(body.readableBytesView))
    }

    /// Who calls, for the audit trail: the token's name, the subject of the client's certificate, the name the
    /// client gives itself, or its address.
    func actor() async -> String {
        if let name = caller.name { return name }
        let client = context as? any ClientRequestContext
        if let subject = await client?.certificateSubject() { return subject }
        if let name = HTTPFields.Element.Name("X-Aviary-Actor"), let actor = request.headers[name],
            !actor.isEmpty
        {
            return String(actor.prefix(256))
        }
        return client?.remoteAddress?.ipAddress ?? "unknown"
    }
}
