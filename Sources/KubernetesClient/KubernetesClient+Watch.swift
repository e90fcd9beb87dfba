import AsyncHTTPClient
import JSON
import NIOCore
import Timing

extension KubernetesClient: WatchAPI {
    /// Reads one page of a list, and hands over its objects one by one.
    public func page(
        of type: ResourceType, in namespace: String?, matching selector: Selector, limit: Int,
        after token: String?, receive: (KubernetesObject) -> Void
    ) async throws -> ObjectPage {
        var request = APIRequest(segments: type.path(in: namespace), purpose: "list \(type)")
        request.query = selector.query
        if limit > 0 { request.query.append(("limit", "\(limit)")) }
        if let token { request.query.append(("continue", token)) }
        let answer = try await send(request)
        guard answer.isSuccess else { throw answer.error(for: request.purpose) }
        let json = try answer.json(for: request.purpose, handingOver: "items") { item in
            // Lists leave out what all their items have in common.
            var members = item.members ?? [:]
            members["apiVersion"] = .string(type.apiVersion)
            members["kind"] = .string(type.kind)
            receive(KubernetesObject(json: .object(members)))
        }
        guard let version = json["metadata"]?["resourceVersion"]?.string else {
            throw KubernetesError.unreadable("\(request.purpose): the answer is not a list")
        }
        let next = json["metadata"]?["continue"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        return ObjectPage(resourceVersion: version, next: next)
    }

    /// Hands over every change since a version, one after the other, until the server ends the watch.
    public func watch(
        _ type: ResourceType, in namespace: String?, matching selector: Selector,
        from resourceVersion: String, receive: @escaping @Sendable (WatchEvent) async throws -> Void
    ) async throws {
        var request = APIRequest(segments: type.path(in: namespace), purpose: "watch \(type)")
        let seconds = policy.watchDuration.components.seconds
        let duration = max(seconds - Int64(Double(seconds) * policy.backOff.random() / 5), 1)
        request.query = [
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
            ("timeoutSeconds", "\(duration)"),
        ]
        request.query += selector.query
        try await limiter?.wait()
        let bound = Duration.seconds(duration) + policy.watchMargin
        let sent = request
        do {
            try await withDeadline(bound, clock: policy.clock) {
                try await self.stream(sent, receive: receive)
            }
        } catch is DeadlineExceeded {
            throw KubernetesError.unavailable(
                "\(request.purpose): \(configuration.server) has not ended the watch within \(bound)")
        } catch let error as ReceiverError {
            throw error.cause
        } catch {
            try Task.checkCancellation()
            throw connectionError(error, of: request)
        }
    }

    /// Keeps an error of the receiver apart from those of the connection.
    private struct ReceiverError: Error {
        let cause: any Error
    }

    private func stream(
        _ request: APIRequest, receive: @escaping @Sendable (WatchEvent) async throws -> Void
    ) async throws {
        let response = try await open(request)
        var lines = LineSplitter(longest: policy.longestEvent)
        for try await part in response.body {
            lines.append(part)
            while let line = try lines.next() {
                guard line.readableBytes > 0 else { continue }
                let event = try WatchEvent(line: line, purpose: request.purpose)
                do {
                    try await receive(event)
                } catch {
                    throw ReceiverError(cause: error)
                }
            }
        }
        if lines.hasRest {
            throw KubernetesError.unavailable(
                "\(request.purpose): the connection ended in the middle of an event")
        }
    }

    private func open(_ request: APIRequest) async throws -> HTTPClientResponse {
        var (response, credential) = try await transport.open(request)
        if response.status == .unauthorized {
            _ = try await response.body.collect(upTo: 1 << 16)
            await configuration.credentials.discard(credential)
            (response, credential) = try await transport.open(request)
        }
        if response.status == .ok { return response }
        let body = try await response.body.collect(upTo: 1 << 20)
        throw StatusError.error(
            Int(response.status.code), body: try? JSONValue(reading: body), purpose: request.purpose)
    }
}

extension WatchEvent {
    /// Reads one line of a watch.
    ///
    /// - Throws: the error that the event tells, or ``KubernetesError/unreadable(_:)``.
    fileprivate init(line: ByteBuffer, purpose: String) throws(KubernetesError) {
        let json: JSONValue
        do {
            json = try JSONValue(reading: line)
        } catch {
            throw .unreadable("\(purpose): an event is not JSON: \(error)")
        }
        guard let type = json["type"]?.string, let object = json["object"], object.members != nil else {
            throw .unreadable("\(purpose): an event has no type or object")
        }
        switch type {
        case "ADDED": self = .added(KubernetesObject(json: object))
        case "MODIFIED": self = .modified(KubernetesObject(json: object))
        case "DELETED": self = .deleted(KubernetesObject(json: object))
        case "BOOKMARK":
            guard let version = KubernetesObject(json: object).resourceVersion else {
                throw .unreadable("\(purpose): a bookmark has no version")
            }
            self = .bookmark(resourceVersion: version)
        case "ERROR":
            throw StatusError.error(Int(object["code"]?.integer ?? 500), body: object, purpose: purpose)
        default: throw .unreadable("\(purpose): an event of the unknown type '\(type.prefix(40))'")
        }
    }
}
