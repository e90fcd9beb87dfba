import Foundation

/// What a command has done to a canary, as it tells it.
struct DoneLine: Encodable {
    let canary: String
    let namespace: String
    let result: String

    /// One object on one line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
