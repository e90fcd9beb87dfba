import Foundation

/// One line of `aviary run --output json`, as a script would read it.
struct FeedLine: Decodable, Equatable {
    var kind: String
    var port: Int?
    var id: Int64?
    var canary: String?
    var namespace: String?
    var phase: String?
    var checksum: String?
    var severity: String?
    var reason: String?
    var message: String?
    var hookType: String?
    var name: String?
    var payloadPhase: String?
    var status: Int?
    var body: String?
    var attempts: Int?
    var passed: Bool?
    var value: Double?
    var weight: Int?
    var iterations: Int?
    var failedChecks: Int?

    /// The complete lines of an output; one that is being written is left for later.
    static func all(in output: String) throws -> [FeedLine] {
        let complete = output.lastIndex(of: "\n").map { output[...$0] } ?? ""
        return try complete.split(separator: "\n").map { line in
            try JSONDecoder().decode(FeedLine.self, from: Data(line.utf8))
        }
    }
}
