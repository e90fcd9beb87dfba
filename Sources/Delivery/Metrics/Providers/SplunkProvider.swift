import Foundation

/// Splunk Observability Cloud: a SignalFlow program, run over HTTP, which answers in server-sent events.
struct SplunkProvider: MetricsProvider {
    private struct Message: Decodable {
        var data: [Point]?
        var event: String?
        var abortInfo: AbortInfo?
        struct Point: Decodable {
            var tsId: String
            var value: Double?
        }
        struct AbortInfo: Decodable {
            var reason: String?

            enum CodingKeys: String, CodingKey { case reason = "sf_job_abortReason" }
        }
    }

    private let connection: MetricsConnection
    private let base: String
    private let token: ServerRequest.Header

    /// The secret has `sf_token_key`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        var base = try connection.base()
        if base.hasPrefix("ws") { base = "http" + base.dropFirst(2) }
        self.base = base
        token = .init("X-SF-Token", try connection.credential("sf_token_key"))
    }

    func verify() async throws {
        let api = base.replacing("://stream.", with: "://api.")
        _ = try await connection.fetch(
            connection.request("\(api)/v2/metric", query: [("limit", "1")], headers: [token]))
    }

    /// The last value over ten intervals (peer behaviour).
    func value(of query: String) async throws -> Double? {
        let stream = base.replacing("://api.", with: "://stream.")
        let now = connection.seconds
        var request = connection.request(
            "\(stream)/v2/signalflow/execute", method: "POST",
            query: [
                ("start", "\((now - 10 * connection.intervalSeconds) * 1000)"), ("stop", "\(now * 1000)"),
                ("immediate", "true"),
            ],
            headers: [token, .init("Content-Type", "text/plain"), .init("Accept", "text/event-stream")],
            body: query)
        request.ending = "END_OF_CHANNEL"
        return try Self.value(in: ServerSentEvents.parse(try await connection.fetch(request)))
    }

    private static func value(in events: [ServerSentEvents.Event]) throws -> Double? {
        var series: Set<String> = []
        var last: Double?
        for event in events {
            guard event.name != "error" else {
                throw DeliveryError.answer(cause: "error executing query: \(event.data.prefix(300))")
            }
            guard let message = try? JSONDecoder().decode(Message.self, from: Data(event.data.utf8)) else {
                continue
            }
            if message.event == "CHANNEL_ABORT" {
                let reason = message.abortInfo?.reason ?? "the computation was aborted"
                throw DeliveryError.answer(cause: "error executing query: \(reason)")
            }
            for point in message.data ?? [] where point.value != nil {
                series.insert(point.tsId)
                last = point.value
            }
        }
        guard series.count <= 1 else { throw DeliveryError.answer(cause: "query returned multiple values") }
        return last
    }
}

/// The events of a `text/event-stream`.
enum ServerSentEvents {
    struct Event: Equatable {
        var name = "message"
        var data = ""
    }

    static func parse(_ text: String) -> [Event] {
        var events: [Event] = []
        var event = Event()
        var lines: [Substring] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) + [Substring()]
        {
            if line.isEmpty {
                event.data = lines.joined(separator: "\n")
                if !lines.isEmpty { events.append(event) }
                (event, lines) = (Event(), [])
            } else if let value = line.field("event") {
                event.name = String(value)
            } else if let value = line.field("data") {
                lines.append(value)
            }
        }
        return events
    }
}

extension Substring {
    fileprivate func field(_ name: String) -> Substring? {
        guard hasPrefix(name + ":") else { return nil }
        let value = dropFirst(name.count + 1)
        return value.hasPrefix(" ") ? value.dropFirst() : value
    }
}
