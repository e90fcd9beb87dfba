import Foundation

/// InfluxDB: a Flux query of its API, version 2, answered in annotated CSV.
struct InfluxDBProvider: MetricsProvider {
    private struct Query: Encodable {
        var query: String
        var type = "flux"
        var dialect = Dialect()
    }
    private struct Dialect: Encodable {
        var header = true
        var annotations = ["datatype"]
    }

    private let connection: MetricsConnection
    private let url: String
    private let parameters: [(String, String)]
    private let authorization: [ServerRequest.Header]

    /// The secret has `token` and `org`.
    init(_ connection: MetricsConnection) throws {
        self.connection = connection
        url = try connection.base() + "/api/v2/query"
        if connection.spec.secretRef == nil {
            (parameters, authorization) = ([], [])
        } else {
            parameters = [("org", try connection.credential("org"))]
            authorization = [.init("Authorization", "Token \(try connection.credential("token"))")]
        }
    }

    func verify() async throws { _ = try await rows(of: "buckets() |> limit(n: 1)") }

    /// The `_value` of the first record.
    func value(of query: String) async throws -> Double? {
        guard let text = try await rows(of: query).first else { return nil }
        guard !text.isEmpty else { return nil }
        guard let value = Double(text) else {
            throw DeliveryError.answer(cause: "invalid response: _value is no number: \(text.prefix(100))")
        }
        return value
    }

    /// The `_value` of each record.
    private func rows(of query: String) async throws -> [String] {
        let body = String(decoding: try JSONEncoder().encode(Query(query: query)), as: UTF8.self)
        var request = connection.request(
            url, method: "POST", query: parameters,
            headers: authorization + [
                .init("Content-Type", "application/json"), .init("Accept", "application/csv"),
            ],
            body: body)
        request.timeout = .seconds(15)
        return try AnnotatedCSV.values(in: try await connection.fetch(request))
    }
}

/// InfluxDB's tables: annotations, a header, records, and an empty line before the next table.
enum AnnotatedCSV {
    /// The `_value` column of all records, in order.
    ///
    /// - Throws: `DeliveryError.answer` when the answer holds an error, which may come after a 200.
    static func values(in text: String) throws -> [String] {
        var values: [String] = []
        var header: [String]?
        for line in lines(of: text) {
            if line == [""] {
                header = nil
            } else if line[0].hasPrefix("#") {
                continue
            } else if let columns = header {
                let record = Dictionary(zip(columns, line)) { first, _ in first }
                if let error = record["error"] { throw DeliveryError.answer(cause: "query error: \(error)") }
                if let value = record["_value"] { values.append(value) }
            } else {
                header = line
            }
        }
        return values
    }

    /// The fields of each line; those in quotes may hold commas, line ends and doubled quotes (RFC 4180).
    private static func lines(of text: String) -> [[String]] {
        var lines: [[String]] = []
        var fields = [""]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"":
                // A quote doubled inside quotes ends and starts them again, and is written once.
                if !isQuoted, fields[fields.count - 1].last == "\u{1}" {
                    fields[fields.count - 1].removeLast()
                    fields[fields.count - 1].append("\"")
                } else if isQuoted {
                    fields[fields.count - 1].append("\u{1}")
                }
                isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            case "\n" where !isQuoted, "\r\n" where !isQuoted:
                lines.append(fields.map { $0.filter { $0 != "\u{1}" } })
                fields = [""]
            default: fields[fields.count - 1].append(character)
            }
        }
        if fields != [""] { lines.append(fields.map { $0.filter { $0 != "\u{1}" } }) }
        return lines
    }
}
