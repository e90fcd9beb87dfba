import Foundation
import LoadTester
import Testing

/// One request and what it is answered, as measured.
struct ConformanceLine: Decodable, Sendable, CustomTestStringConvertible {
    struct Expectation: Decodable, Sendable {
        let status: Int?
        let body: String
    }

    let `case`: String
    let flags: [String]
    let method: String
    let path: String
    let body: String?
    let peer: Expectation
    let aviary: Expectation?

    var testDescription: String { "\(`case`) \(flags.joined())" }

    static func all() throws -> [ConformanceLine] {
        let file = try #require(Bundle.module.url(forResource: "loadtester", withExtension: "jsonl"))
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(ConformanceLine.self, from: Data($0.utf8))
        }
    }

    var namespaces: String {
        flags.first.map { String($0.drop { $0 != "=" }.dropFirst()) } ?? ""
    }
}

@Suite("Conformance")
struct ConformanceTests {
    @Test("answers every measured request, in order, as the contract says")
    func answersAsMeasured() async throws {
        let lines = try ConformanceLine.all()
        #expect(lines.count > 80)
        var start = lines.startIndex
        while start < lines.endIndex {
            let end = lines[start...].firstIndex { $0.flags != lines[start].flags } ?? lines.endIndex
            let group = Array(lines[start..<end])
            try await LiveServer.run(namespaces: group[0].namespaces) { server async throws in
                for line in group { try await verify(line, on: server) }
            }
            start = end
        }
    }

    private func verify(_ line: ConformanceLine, on server: LiveServer) async throws {
        let answer = try await server.send(line.path, line.body, method: line.method)
        let expected = line.aviary ?? line.peer
        #expect(answer.status == expected.status, "\(line.testDescription)")
        if expected.body.hasPrefix("any text") {
            #expect(!answer.body.isEmpty, "\(line.testDescription)")
        } else {
            #expect(answer.body == expected.body, "\(line.testDescription)")
        }
    }
}
