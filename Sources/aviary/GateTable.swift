import Foundation

/// The listing of gates as a table for people.
struct GateTable {
    private struct Listing: Decodable {
        let gates: [Gate]
    }

    private struct Gate: Decodable {
        struct Change: Decodable {
            let at: Date
            let actor: String
            let reason: String
        }

        struct Waiting: Decodable {
            let checks: Int
            let lastAt: Date
        }

        let kind: String
        let namespace: String
        let name: String
        let gate: String
        let isOpen: Bool
        let lastChange: Change?
        let waiting: Waiting?
    }

    private let gates: [Gate]

    init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        gates = try decoder.decode(Listing.self, from: json).gates
    }

    var text: String {
        let header = ["NAMESPACE", "NAME", "KIND", "GATE", "STATE", "BY", "AT", "WAITING", "REASON"]
        let rows = [header] + gates.map(row)
        return TextTable(rows: rows).text
    }

    private func row(_ gate: Gate) -> [String] {
        [
            gate.namespace, gate.name, gate.kind, gate.gate.isEmpty ? "-" : gate.gate,
            gate.isOpen ? "open" : "closed", gate.lastChange?.actor ?? "-",
            gate.lastChange.map { $0.at.formatted(.iso8601) } ?? "-",
            gate.waiting.map { "\($0.checks) checks, last \($0.lastAt.formatted(.iso8601))" } ?? "-",
            gate.lastChange?.reason ?? "",
        ]
    }
}
